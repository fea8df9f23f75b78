-- $1 programme, $2 wave, $3 after (mail or null), $4 limit, $5 state, $6 kind (each or null), $7 whether a server is configured
WITH listed AS (
    SELECT m.mail_id, json_build_object('id', m.mail_id, 'kind', m.kind, 'participant', d.participant_id, 'state', m.state,
               'due_at', logic.utc(m.due_at), 'sent_at', logic.utc(m.sent_at), 'attempts', m.attempts, 'error', m.last_error) AS mail
    FROM debrief.mail m
    LEFT JOIN debrief.delegate d ON d.programme_id = m.programme_id AND d.study_id = m.study_id
        AND d.person_id = m.person_id AND d.valid_until = 'infinity'
    WHERE m.programme_id = $1::uuid AND m.wave_id = $2::uuid AND m.account_id IS NULL AND m.mail_id > coalesce($3::uuid, '00000000-0000-0000-0000-000000000000')
      AND m.state = coalesce($5::text, m.state) AND m.kind = coalesce($6::text, m.kind)
    ORDER BY m.mail_id LIMIT $4::integer
), counted AS (
    SELECT m.kind, m.state, count(*) AS n FROM debrief.mail m
    WHERE m.programme_id = $1::uuid AND m.wave_id = $2::uuid AND m.account_id IS NULL GROUP BY m.kind, m.state
)
SELECT 200 AS status, json_build_object(
    'is_sending', $7::boolean,
    'counts', coalesce((SELECT json_object_agg(k.kind, k.states)
                        FROM (SELECT c.kind, json_object_agg(c.state, c.n) AS states FROM counted c GROUP BY c.kind) k), '{}'),
    'mails', coalesce((SELECT json_agg(l.mail ORDER BY l.mail_id) FROM listed l), '[]'),
    'next', (SELECT CASE WHEN count(*) = $4::integer THEN (array_agg(l.mail_id ORDER BY l.mail_id DESC))[1] END FROM listed l)
    )::text AS body
FROM debrief.wave w WHERE w.programme_id = $1::uuid AND w.wave_id = $2::uuid

-- $1 programme, $2 study, $3 after (participant or null), $4 limit
SELECT 200 AS status, json_build_object('delegates', coalesce(json_agg(logic.delegate_json(d) ORDER BY d.participant_id), '[]'),
    'next', CASE WHEN count(*) = $4::integer THEN max(d.participant_id::text) END)::text AS body
FROM (SELECT d.* FROM debrief.delegate d
      WHERE d.programme_id = $1::uuid AND d.study_id = $2::uuid AND d.valid_until = 'infinity'
        AND ($3::uuid IS NULL OR d.participant_id > $3::uuid)
      ORDER BY d.participant_id LIMIT $4::integer) d

-- $1 programme, $2 study: live, for the organiser. Of an anonymous wave that is open, from the links that were used; of
-- any anonymous wave for all only.
WITH rates AS (
    SELECT m.position, m.wave, m.slice, m.value, m.n, m.population
    FROM debrief.metric m
    WHERE m.programme_id = $1::uuid AND m.study_id = $2::uuid AND m.family = 'response' AND m.metric = 'resp.RR2'
      AND NOT EXISTS (SELECT FROM debrief.wave w WHERE w.programme_id = $1::uuid AND w.study_id = $2::uuid
                        AND w.kind = m.wave AND w.is_anonymous AND (w.closed_at IS NULL OR m.slice <> 'all'))
    UNION ALL
    SELECT 0, w.kind, 'all', count(v.spent_on)::float8 / NULLIF(count(*), 0), count(v.spent_on), count(*)
    FROM debrief.wave w
    JOIN debrief.invitation v ON v.programme_id = w.programme_id AND v.wave_id = w.wave_id
    WHERE w.programme_id = $1::uuid AND w.study_id = $2::uuid AND w.is_anonymous AND w.closed_at IS NULL
    GROUP BY w.kind
)
SELECT 200 AS status, json_build_object('study', $2::uuid, 'computed_at', logic.utc(s.computed_at), 'rates', coalesce((
    SELECT json_agg(json_build_object('wave', r.wave, 'slice', r.slice, 'rate', r.value, 'answered', r.n,
                                      'delegation', r.population) ORDER BY r.position, r.wave)
    FROM rates r), '[]'))::text AS body
FROM debrief.study x
LEFT JOIN debrief.study_state s ON s.programme_id = x.programme_id AND s.study_id = x.study_id
WHERE x.programme_id = $1::uuid AND x.study_id = $2::uuid

-- $1 programme, $2 study: live, for the organiser
SELECT 200 AS status, json_build_object('study', $2::uuid, 'computed_at', logic.utc(s.computed_at), 'rates', coalesce((
    SELECT json_agg(json_build_object('wave', m.wave, 'slice', m.slice, 'rate', m.value, 'answered', m.n,
                                      'delegation', m.population) ORDER BY m.position)
    FROM debrief.metric m
    WHERE m.programme_id = $1::uuid AND m.study_id = $2::uuid AND m.family = 'response' AND m.metric = 'resp.RR2'), '[]'))::text AS body
FROM debrief.study x
LEFT JOIN debrief.study_state s ON s.programme_id = x.programme_id AND s.study_id = x.study_id
WHERE x.programme_id = $1::uuid AND x.study_id = $2::uuid

-- $1 programme, $2 study
SELECT 200 AS status, json_build_object('releases', coalesce((SELECT json_agg(json_build_object('number', r.number,
    'released_at', logic.utc(r.released_at), 'withdrawn_at', logic.utc(r.withdrawn_at), 'withdrawn_reason', r.withdrawn_reason)
    ORDER BY r.number) FROM debrief.release r WHERE r.programme_id = s.programme_id AND r.study_id = s.study_id), '[]'))::text AS body
FROM debrief.study s WHERE s.programme_id = $1::uuid AND s.study_id = $2::uuid

-- $1 programme, $2 study
SELECT 200 AS status, json_build_object('waves', coalesce(json_agg(logic.wave_json(w) ORDER BY w.opens_at, w.kind), '[]'))::text AS body
FROM debrief.wave w WHERE w.programme_id = $1::uuid AND w.study_id = $2::uuid

-- $1 programme
SELECT 200 AS status, json_build_object('studies', coalesce(jsonb_agg(logic.desk_study_json(s) ORDER BY s.starts_on DESC NULLS FIRST, s.name, s.study_id), '[]'))::text AS body
FROM debrief.study s WHERE s.programme_id = $1::uuid

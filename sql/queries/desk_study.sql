-- $1 programme, $2 study
SELECT 200 AS status, logic.desk_study_json(s)::text AS body
FROM debrief.study s WHERE s.programme_id = $1::uuid AND s.study_id = $2::uuid

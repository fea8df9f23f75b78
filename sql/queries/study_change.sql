-- $1 programme, $2 study, $3 body
SELECT * FROM logic.study_change($1::uuid, $2::uuid, $3::jsonb)

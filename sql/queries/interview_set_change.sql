-- $1 programme, $2 what is given, $3 actor
SELECT * FROM logic.interview_set_change($1::uuid, $2::jsonb, $3::uuid)

-- $1 programme, $2 {without_pending}, $3 actor
SELECT * FROM logic.interview_set_close($1::uuid, $2::jsonb, $3::uuid)

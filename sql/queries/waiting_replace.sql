-- $1 programme, $2 study, $3 counts
SELECT logic.waiting_replace($1::uuid, $2::uuid, $3::jsonb)

-- $1 programme, $2 study, $3 participant, $4 body, $5 actor
SELECT * FROM logic.delegate_change($1::uuid, $2::uuid, $3::uuid, $4::jsonb, $5::uuid)

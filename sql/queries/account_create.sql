-- $1 programme, $2 body, $3 made id, $4 actor, $5 whether that is an operator
SELECT * FROM logic.account_create($1::uuid, $2::jsonb, $3::uuid, $4::uuid, $5::boolean)

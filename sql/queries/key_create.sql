-- $1 programme, $2 made id, $3 secret hash, $4 body, $5 actor, $6 whether that is an operator
SELECT * FROM logic.key_create($1::uuid, $2::uuid, $3::bytea, $4::jsonb, $5::uuid, $6::boolean)

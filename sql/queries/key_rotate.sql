-- $1 programme, $2 key, $3 secret hash, $4 actor, $5 whether that is an operator
SELECT * FROM logic.key_rotate($1::uuid, $2::uuid, $3::bytea, $4::uuid, $5::boolean)

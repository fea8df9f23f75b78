-- $1 programme, $2 {code}, $3 actor
SELECT * FROM logic.code_approve($1::uuid, $2::jsonb, $3::uuid)

-- $1 programme, $2 study, $3 participant (or null), $4 actor
SELECT * FROM logic.delegation_named($1::uuid, $2::uuid, $3::uuid, $4::uuid)

-- $1 programme, $2 study, $3 one row as of delegates_import, $4 actor
SELECT * FROM logic.delegate_add($1::uuid, $2::uuid, $3::jsonb, $4::uuid)

-- $1 programme, $2 study, $3 rows as JSON, $4 actor
SELECT * FROM logic.delegates_import($1::uuid, $2::uuid, $3::jsonb, $4::uuid)

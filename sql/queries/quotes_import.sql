-- $1 programme, $2 rows as JSON, $3 actor
SELECT * FROM logic.quotes_import($1::uuid, $2::jsonb, $3::uuid)

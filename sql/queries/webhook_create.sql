-- $1 programme, $2 new id, $3 given, $4 actor
-- status, body
SELECT * FROM logic.webhook_create($1::uuid, $2::uuid, $3::jsonb, $4::uuid)

-- $1 programme, $2 webhook, $3 actor
SELECT * FROM logic.webhook_delete($1::uuid, $2::uuid, $3::uuid)

-- $1 programme, $2 webhook, $3 actor
SELECT * FROM logic.webhook_resume($1::uuid, $2::uuid, $3::uuid)

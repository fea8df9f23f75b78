-- $1 programme, $2 actor
SELECT r.status, r.body FROM logic.retention_plan($1::uuid, $2::uuid) r WHERE r.status IS NOT NULL

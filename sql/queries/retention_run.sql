-- $1 programme: how many studies were archived
SELECT logic.retention_run($1::uuid) AS archived

-- $1 programme, $2 key, $3 actor
SELECT * FROM logic.key_revoke($1::uuid, $2::uuid, $3::uuid)

-- $1 programme, $2 account, $3 actor
SELECT * FROM logic.account_revoke($1::uuid, $2::uuid, $3::uuid)

-- $1 programme, $2 account, $3 language
SELECT * FROM logic.account_speaks($1::uuid, $2::uuid, $3::text)

-- $1 programme
SELECT * FROM logic.account_list($1::uuid)

-- $1 programme, $2 account, $3 made id, $4 actor
SELECT * FROM logic.sign_in_link($1::uuid, $2::uuid, $3::uuid, $4::uuid)

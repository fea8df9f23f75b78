-- $1 programme, $2 wave, $3 actor, an account
SELECT * FROM logic.desk_mail_test($1::uuid, $2::uuid, $3::uuid)

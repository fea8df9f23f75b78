-- $1 programme, $2 person, $3 whether mail is wanted
SELECT * FROM logic.mail_subscribe($1::uuid, $2::uuid, $3::boolean)

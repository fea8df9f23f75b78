-- $1 programme, $2 mail, $3 body, $4 actor
SELECT * FROM logic.mail_bounce($1::uuid, $2::uuid, $3::jsonb, $4::uuid)

-- $1 programme, $2 wave, $3 mail (one of them), $4 kind or null, $5 actor
SELECT * FROM logic.mails_withdraw($1::uuid, $2::uuid, $3::uuid, $4::text, $5::uuid)

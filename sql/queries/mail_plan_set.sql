-- $1 programme, $2 wave, $3 body, $4 actor
SELECT * FROM logic.mail_plan_set($1::uuid, $2::uuid, $3::jsonb, $4::uuid)

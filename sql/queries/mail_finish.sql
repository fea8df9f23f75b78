-- $1 programme, $2 mail, $3 claim, $4 outcome, $5 what the server said, or null
-- is_ours
SELECT logic.mail_finish($1::uuid, $2::uuid, $3::uuid, $4::text, $5::text) AS is_ours

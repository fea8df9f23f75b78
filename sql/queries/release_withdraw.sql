-- $1 programme, $2 study, $3 number, $4 {reason}, $5 actor
SELECT * FROM logic.release_withdraw($1::uuid, $2::uuid, $3::integer, $4::jsonb, $5::uuid)

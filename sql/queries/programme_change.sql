-- $1 programme, $2 body, $3 actor
SELECT * FROM logic.programme_change($1::uuid, $2::jsonb, $3::uuid)

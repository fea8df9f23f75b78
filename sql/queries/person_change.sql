-- $1 programme, $2 person, $3 {name, email, language}, $4 actor
SELECT * FROM logic.person_change($1::uuid, $2::uuid, $3::jsonb, $4::uuid)

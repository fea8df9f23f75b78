-- $1 programme, $2 person, $3 body, $4 actor
SELECT * FROM logic.person_erase($1::uuid, $2::uuid, $3::jsonb, $4::uuid)

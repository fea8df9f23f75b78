-- $1 programme, $2 person, $3 actor
SELECT * FROM logic.person_named($1::uuid, $2::uuid, $3::uuid)

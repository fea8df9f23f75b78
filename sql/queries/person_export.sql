-- $1 programme, $2 person, $3 actor
SELECT * FROM logic.person_export($1::uuid, $2::uuid, false, $3::uuid)

-- $1 programme, $2 person, $3 actor
-- status, body (CSV; a problem is JSON)
SELECT * FROM logic.person_export($1::uuid, $2::uuid, true, $3::uuid)

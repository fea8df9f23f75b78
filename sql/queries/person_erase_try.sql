-- $1 programme, $2 person, $3 actor: what erasing them would take
SELECT * FROM logic.person_erase($1::uuid, $2::uuid, '{"dry_run": true}', $3::uuid)

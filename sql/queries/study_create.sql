-- $1 programme, $2 body, $3 made id, $4 local time of the nightly verification
SELECT * FROM logic.study_create($1::uuid, $2::jsonb, $3::uuid, $4::time)

-- $1 programme, $2 study, $3 body, $4 made id
SELECT * FROM logic.wave_create($1::uuid, $2::uuid, $3::jsonb, $4::uuid)

-- $1 body, $2 made id
SELECT * FROM logic.programme_create($1::jsonb, $2::uuid)

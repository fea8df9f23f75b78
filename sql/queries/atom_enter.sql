-- $1 programme, $2 study, $3 wave, $4 family, $5 group, $6 evaluations, $7 coded cells, $8 what coding moved
SELECT logic.atom_enter($1::uuid, $2::uuid, $3::uuid, $4::text, $5::text, $6::uuid[], $7::jsonb, $8::jsonb) AS entered

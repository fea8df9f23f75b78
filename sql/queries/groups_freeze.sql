-- $1 programme, $2 study, $3 wave, $4 family, $5 groups
SELECT logic.groups_freeze($1::uuid, $2::uuid, $3::uuid, $4::text, $5::jsonb)

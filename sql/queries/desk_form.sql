-- $1 programme, $2 study, $3 wave, $4 participant (or null), $5 actor
SELECT * FROM logic.desk_form($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid)

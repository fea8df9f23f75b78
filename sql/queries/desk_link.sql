-- $1 programme, $2 wave, $3 invitation, $4 actor
SELECT * FROM logic.desk_link($1::uuid, $2::uuid, $3::uuid, $4::uuid)

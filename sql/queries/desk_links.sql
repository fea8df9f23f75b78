-- $1 programme, $2 wave, $3 actor
SELECT * FROM logic.desk_links($1::uuid, $2::uuid, $3::uuid)

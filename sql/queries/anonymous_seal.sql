-- $1 programme, $2 wave, $3 actor
SELECT * FROM logic.anonymous_seal($1::uuid, $2::uuid, $3::uuid)

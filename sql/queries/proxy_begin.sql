-- $1 programme, $2 wave, $3 participant, $4 evaluation, $5 the evaluation it replaces or null, $6 actor
SELECT * FROM logic.proxy_begin($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6::uuid)

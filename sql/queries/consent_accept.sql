-- $1 programme, $2 wave, $3 invitation, $4 generation, $5 language, $6 hash
SELECT * FROM logic.consent_accept($1::uuid, $2::uuid, $3::uuid, $4::smallint, $5::text, $6::text)

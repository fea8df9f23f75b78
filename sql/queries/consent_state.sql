-- $1 programme, $2 wave, $3 invitation, $4 generation (both or neither), $5 language
-- text, hash, is_accepted, is_anonymous; no row: no such wave
SELECT text, hash, is_accepted, is_anonymous
FROM logic.consent_state($1::uuid, $2::uuid, $3::uuid, $4::smallint, $5::text)

-- $1 programme, $2 instrument, $3 definition, $4 compiled
SELECT * FROM logic.instrument_draft($1::uuid, $2::text, $3::text, $4::jsonb)

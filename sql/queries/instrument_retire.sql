-- $1 programme, $2 instrument, $3 version
SELECT * FROM logic.instrument_retire($1::uuid, $2::text, $3::integer)

-- $1 programme, $2 wave, $3 body
SELECT * FROM logic.wave_change($1::uuid, $2::uuid, $3::jsonb)

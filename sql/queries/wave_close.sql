-- $1 programme, $2 wave
SELECT * FROM logic.wave_close($1::uuid, $2::uuid)

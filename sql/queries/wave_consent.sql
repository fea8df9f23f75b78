-- $1 programme, $2 wave
SELECT c.status, c.body FROM logic.wave_consent($1::uuid, $2::uuid) c WHERE c.status IS NOT NULL

-- $1 programme, $2 wave
SELECT * FROM logic.wave_change($1::uuid, $2::uuid, jsonb_build_object('opens_at', now()))

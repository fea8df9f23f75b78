-- $1 programme, $2 wave, $3 body: opens_at and closes_at in the study's time zone, $4 actor
SELECT * FROM logic.desk_wave_dates($1::uuid, $2::uuid, $3::jsonb, $4::uuid)

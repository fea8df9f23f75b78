-- $1 programme, $2 wave
SELECT 200 AS status, logic.wave_json(w)::text AS body
FROM debrief.wave w WHERE w.programme_id = $1::uuid AND w.wave_id = $2::uuid

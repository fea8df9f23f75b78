-- $1 programme, $2 wave
SELECT 200 AS status, logic.mail_plan_json(w.wave_id, p)::text AS body
FROM debrief.wave w
LEFT JOIN debrief.mail_plan p ON p.programme_id = w.programme_id AND p.wave_id = w.wave_id
WHERE w.programme_id = $1::uuid AND w.wave_id = $2::uuid

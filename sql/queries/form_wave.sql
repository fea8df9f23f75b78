-- $1 programme, $2 wave, $3 language: what a form says of its wave to whoever it does not know
-- study, closes (in the study's time zone, "" for never), consent
SELECT s.name AS study, coalesce(to_char(w.closes_at AT TIME ZONE s.time_zone, 'YYYY-MM-DD HH24:MI'), '') AS closes,
       c.text AS consent
FROM debrief.wave w
JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
LEFT JOIN LATERAL logic.consent_state(w.programme_id, w.wave_id, NULL, NULL, $3::text) c ON true
WHERE w.programme_id = $1::uuid AND w.wave_id = $2::uuid

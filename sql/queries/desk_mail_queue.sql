-- $1 programme, $2 wave, $3 body: `at` in the study's time zone, $4 actor
SELECT q.*
FROM debrief.wave w
JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
CROSS JOIN LATERAL logic.mail_queue($1::uuid, $2::uuid, logic.desk_zoned($3::jsonb, s.time_zone), $4::uuid) q
WHERE w.programme_id = $1::uuid AND w.wave_id = $2::uuid

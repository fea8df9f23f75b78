-- $1 programme, $2 evaluation: what a receipt is made of, no row when nothing is recorded or nothing was sealed
-- wave_id, body_hash, received_at, received_on (the day where the delegation is at home), seal_position, key_id, leaves, signature
SELECT e.wave_id, e.body_hash, logic.utc(e.received_at) AS received_at,
       (e.received_at AT TIME ZONE CASE WHEN w.is_anonymous THEN 'UTC' ELSE t.time_zone END)::date AS received_on,
       e.seal_position, s.key_id, s.leaves, s.signature
FROM debrief.evaluation e
JOIN debrief.seal s ON s.programme_id = e.programme_id AND s.seal_id = e.seal_id
JOIN debrief.wave w ON w.programme_id = e.programme_id AND w.wave_id = e.wave_id
JOIN debrief.study t ON t.programme_id = w.programme_id AND t.study_id = w.study_id
WHERE e.programme_id = $1::uuid AND e.evaluation_id = $2::uuid

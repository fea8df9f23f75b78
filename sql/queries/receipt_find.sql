-- $1 programme, $2 evaluation: what a receipt is made of, no row when nothing is recorded or nothing was sealed
-- wave_id, body_hash, received_at, seal_position, key_id, leaves, signature
SELECT e.wave_id, e.body_hash, logic.utc(e.received_at) AS received_at, e.seal_position, s.key_id, s.leaves, s.signature
FROM debrief.evaluation e
JOIN debrief.seal s ON s.programme_id = e.programme_id AND s.seal_id = e.seal_id
WHERE e.programme_id = $1::uuid AND e.evaluation_id = $2::uuid

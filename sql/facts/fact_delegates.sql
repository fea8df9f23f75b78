-- $1 programme, $2 study: the delegation, in an order that computations can number it by
-- participant_id, sector
SELECT d.participant_id, d.sector FROM debrief.delegate d
WHERE d.programme_id = $1::uuid AND d.study_id = $2::uuid AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
ORDER BY d.participant_id

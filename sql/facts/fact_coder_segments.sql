-- $1 programme, $2 study as of fact_segments, or null for all
-- coder, segment
SELECT a.coder, a.segment FROM debrief.coder_segment a
JOIN debrief.segment s ON s.programme_id = a.programme_id AND s.segment = a.segment
WHERE a.programme_id = $1::uuid AND ($2::uuid IS NULL OR s.study_id = $2::uuid AND EXISTS (
    SELECT FROM debrief.interview_trip t WHERE t.programme_id = s.programme_id AND t.interview = s.interview
      AND t.study_id = $2::uuid AND t.withdrawn_at IS NULL))
ORDER BY a.segment COLLATE "C", a.coder COLLATE "C"

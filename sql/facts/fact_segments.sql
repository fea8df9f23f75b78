-- $1 programme, $2 study that its travellers speak of, or null for all
-- segment, interview, study (or null)
SELECT s.segment, s.interview, s.study_id AS study FROM debrief.segment s
WHERE s.programme_id = $1::uuid AND ($2::uuid IS NULL OR s.study_id = $2::uuid AND EXISTS (
    SELECT FROM debrief.interview_trip t WHERE t.programme_id = s.programme_id AND t.interview = s.interview
      AND t.study_id = $2::uuid AND t.withdrawn_at IS NULL))
ORDER BY s.segment COLLATE "C"

-- $1 programme, $2 study as of fact_segments, or null for all: the codings that hold now
-- coder, segment, code, sentiment (or null)
SELECT c.coder, c.segment, c.code, c.sentiment FROM debrief.coding c
JOIN debrief.segment s ON s.programme_id = c.programme_id AND s.segment = c.segment
WHERE c.programme_id = $1::uuid AND c.valid_until = 'infinity' AND ($2::uuid IS NULL OR s.study_id = $2::uuid AND EXISTS (
    SELECT FROM debrief.interview_trip t WHERE t.programme_id = s.programme_id AND t.interview = s.interview
      AND t.study_id = $2::uuid AND t.withdrawn_at IS NULL))
ORDER BY c.segment COLLATE "C", c.coder COLLATE "C", c.code COLLATE "C"

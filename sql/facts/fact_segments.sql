-- $1 programme
-- segment, interview, study (or null)
SELECT s.segment, s.interview, s.study_id AS study FROM debrief.segment s
WHERE s.programme_id = $1::uuid ORDER BY s.segment COLLATE "C"

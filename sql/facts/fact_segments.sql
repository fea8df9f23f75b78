-- $1 programme, $2 study that its travellers speak of, or null for all: a branch each, of which one is run
-- segment, interview, study (or null)
SELECT x.segment, x.interview, x.study FROM (
    SELECT s.segment, s.interview, s.study_id AS study FROM debrief.segment s
    WHERE s.programme_id = $1::uuid AND $2::uuid IS NULL
    UNION ALL
    SELECT s.segment, s.interview, s.study_id FROM debrief.segment s
    JOIN debrief.interview_trip t ON t.programme_id = s.programme_id AND t.interview = s.interview
        AND t.study_id = s.study_id AND t.withdrawn_at IS NULL
    WHERE s.programme_id = $1::uuid AND s.study_id = $2::uuid) x
ORDER BY x.segment COLLATE "C"

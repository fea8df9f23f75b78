-- $1 programme, $2 study as of fact_segments, or null for all
-- coder, segment
SELECT x.coder, x.segment FROM (
    SELECT a.coder, a.segment FROM debrief.coder_segment a WHERE a.programme_id = $1::uuid AND $2::uuid IS NULL
    UNION ALL
    SELECT a.coder, a.segment FROM debrief.segment s
    JOIN debrief.interview_trip t ON t.programme_id = s.programme_id AND t.interview = s.interview
        AND t.study_id = s.study_id AND t.withdrawn_at IS NULL
    CROSS JOIN LATERAL (
        SELECT * FROM debrief.coder_segment b WHERE b.programme_id = s.programme_id AND b.segment = s.segment OFFSET 0) a
    WHERE s.programme_id = $1::uuid AND s.study_id = $2::uuid) x
ORDER BY x.segment COLLATE "C", x.coder COLLATE "C"

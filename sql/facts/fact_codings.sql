-- $1 programme, $2 study as of fact_segments, or null for all: the codings that hold now
-- coder, segment, code, sentiment (or null)
SELECT x.coder, x.segment, x.code, x.sentiment FROM (
    SELECT c.coder, c.segment, c.code, c.sentiment FROM debrief.coding c
    WHERE c.programme_id = $1::uuid AND c.valid_until = 'infinity' AND $2::uuid IS NULL
    UNION ALL
    SELECT c.coder, c.segment, c.code, c.sentiment FROM debrief.segment s
    JOIN debrief.interview_trip t ON t.programme_id = s.programme_id AND t.interview = s.interview
        AND t.study_id = s.study_id AND t.withdrawn_at IS NULL
    CROSS JOIN LATERAL (
        SELECT * FROM debrief.coding d
        WHERE d.programme_id = s.programme_id AND d.segment = s.segment AND d.valid_until = 'infinity' OFFSET 0) c
    WHERE s.programme_id = $1::uuid AND s.study_id = $2::uuid) x
ORDER BY x.segment COLLATE "C", x.coder COLLATE "C", x.code COLLATE "C"

-- $1 programme, $2 study or null for all
-- interview, study
SELECT x.interview, x.study_id AS study FROM (
    SELECT t.* FROM debrief.interview_trip t WHERE t.programme_id = $1::uuid AND $2::uuid IS NULL
    UNION ALL
    SELECT t.* FROM debrief.interview_trip t WHERE t.programme_id = $1::uuid AND t.study_id = $2::uuid) x
WHERE x.withdrawn_at IS NULL
ORDER BY x.interview COLLATE "C", x.study_id

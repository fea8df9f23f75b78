-- $1 programme, $2 study whose travellers they are with, or null for all
-- interview, person, sequence, is_organiser
SELECT x.interview, x.person_id AS person, x.sequence, x.is_organiser FROM (
    SELECT i.* FROM debrief.interview i WHERE i.programme_id = $1::uuid AND $2::uuid IS NULL
    UNION ALL
    SELECT i.* FROM debrief.interview_trip t
    CROSS JOIN LATERAL (
        SELECT * FROM debrief.interview j WHERE j.programme_id = t.programme_id AND j.interview = t.interview OFFSET 0) i
    WHERE t.programme_id = $1::uuid AND t.study_id = $2::uuid AND t.withdrawn_at IS NULL) x
ORDER BY x.interview COLLATE "C"

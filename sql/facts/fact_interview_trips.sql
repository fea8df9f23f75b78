-- $1 programme
-- interview, study
SELECT t.interview, t.study_id AS study FROM debrief.interview_trip t
WHERE t.programme_id = $1::uuid AND t.withdrawn_at IS NULL ORDER BY t.interview COLLATE "C", t.study_id

-- $1 programme, $2 study or null for all
-- interview, study
SELECT t.interview, t.study_id AS study FROM debrief.interview_trip t
WHERE t.programme_id = $1::uuid AND t.study_id = coalesce($2::uuid, t.study_id) AND t.withdrawn_at IS NULL
ORDER BY t.interview COLLATE "C", t.study_id

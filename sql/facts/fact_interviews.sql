-- $1 programme, $2 study whose travellers they are with, or null for all
-- interview, person, sequence, is_organiser
SELECT i.interview, i.person_id AS person, i.sequence, i.is_organiser FROM debrief.interview i
WHERE i.programme_id = $1::uuid AND ($2::uuid IS NULL OR EXISTS (
    SELECT FROM debrief.interview_trip t WHERE t.programme_id = i.programme_id AND t.interview = i.interview
      AND t.study_id = $2::uuid AND t.withdrawn_at IS NULL))
ORDER BY i.interview COLLATE "C"

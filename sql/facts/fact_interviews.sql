-- $1 programme
-- interview, person, sequence, is_organiser
SELECT i.interview, i.person_id AS person, i.sequence, i.is_organiser FROM debrief.interview i
WHERE i.programme_id = $1::uuid ORDER BY i.interview COLLATE "C"

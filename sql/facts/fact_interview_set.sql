-- $1 programme: no row before its first interview
-- adjudicator
SELECT s.adjudicator FROM debrief.interview_set s WHERE s.programme_id = $1::uuid

-- $1 programme: one row when its interviews are closed. The lock lets no approval be taken back before what is
-- released of them is committed.
-- closed_at
SELECT s.closed_at FROM debrief.interview_set s
WHERE s.programme_id = $1::uuid AND s.closed_at IS NOT NULL FOR SHARE

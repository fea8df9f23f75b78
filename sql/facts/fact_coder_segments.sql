-- $1 programme
-- coder, segment
SELECT a.coder, a.segment FROM debrief.coder_segment a
WHERE a.programme_id = $1::uuid ORDER BY a.segment COLLATE "C", a.coder COLLATE "C"

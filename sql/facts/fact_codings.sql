-- $1 programme: the codings that hold now
-- coder, segment, code, sentiment (or null)
SELECT c.coder, c.segment, c.code, c.sentiment FROM debrief.coding c
WHERE c.programme_id = $1::uuid AND c.valid_until = 'infinity'
ORDER BY c.segment COLLATE "C", c.coder COLLATE "C", c.code COLLATE "C"

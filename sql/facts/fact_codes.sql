-- $1 programme: the codes, in the byte order of their names
-- code
SELECT c.code FROM debrief.code c WHERE c.programme_id = $1::uuid ORDER BY c.code COLLATE "C"

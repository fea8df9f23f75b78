-- $1 programme
-- code, trip_specific, is_approved
SELECT t.code, t.trip_specific, t.is_approved FROM logic.themes($1::uuid) t ORDER BY t.code COLLATE "C"

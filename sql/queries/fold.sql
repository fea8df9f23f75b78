-- $1 programme, $2 study, $3 rebuild whatever is pending
-- folded, rebuilt, was_stale
SELECT folded, rebuilt, was_stale FROM logic.fold($1::uuid, $2::uuid, $3::boolean)

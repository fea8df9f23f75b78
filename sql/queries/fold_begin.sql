-- $1 programme, $2 study, $3 rebuild whatever is pending
-- taken (evaluations), folded, rebuilt, was_stale, may_enter, counts (packed, or null)
SELECT taken, folded, rebuilt, was_stale, may_enter, counts FROM logic.fold_begin($1::uuid, $2::uuid, $3::boolean)

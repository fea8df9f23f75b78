-- $1 programme, $2 study, $3 rebuild whatever is pending
-- taken (evaluations), folded, rebuilt, was_stale, may_enter, counts (packed, or null), content_hash (of the internal rows, or null)
SELECT taken, folded, rebuilt, was_stale, may_enter, counts, content_hash
FROM logic.fold_begin($1::uuid, $2::uuid, $3::boolean)

-- $1 programme, $2 study, $3 rebuild whatever is pending
-- folded, rebuilt
SELECT folded, rebuilt FROM logic.fold($1::uuid, $2::uuid, $3::boolean)

-- $1 programme
SELECT v.status, v.body FROM logic.audit_state($1::uuid) v WHERE v.status IS NOT NULL

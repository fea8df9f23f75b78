-- $1 programme, $2 before (number or null), $3 limit, $4 actor
SELECT * FROM logic.audit_recent($1::uuid, $2::bigint, $3::integer, $4::uuid)

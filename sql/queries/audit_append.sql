-- $1 programme, $2 actor, $3 action, $4 detail
SELECT logic.audit_append($1::uuid, $2::uuid, $3::text, $4::jsonb)

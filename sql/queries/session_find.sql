-- $1 programme, $2 secret hash, $3 seconds it may rest
-- account_id, role, name, language, programme_name, expires_at (microseconds since 1970)
SELECT account_id, role, name, language, programme_name, expires_at
FROM logic.session_find($1::uuid, $2::bytea, $3::integer)

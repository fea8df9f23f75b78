-- $1 programme, $2 secret hash: the living key
-- key_id, role, expires_at (microseconds since 1970, 0 for never)
SELECT k.key_id, k.role, coalesce((extract(epoch FROM k.expires_at) * 1000000)::bigint, 0) AS expires_at
FROM debrief.api_key k
WHERE k.programme_id = $1::uuid AND k.secret_hash = $2::bytea AND k.revoked_at IS NULL
  AND coalesce(k.expires_at > now(), true)

-- $1 programme, $2 wave: every token while the secret is there, in no order of people
-- token, is_spent
SELECT l.token, v.spent_on IS NOT NULL AS is_spent
FROM logic.anonymous_links($1::uuid, $2::uuid) l
JOIN debrief.invitation v ON v.programme_id = $1::uuid AND v.wave_id = $2::uuid AND v.token_hash = sha256(l.token)
ORDER BY l.token

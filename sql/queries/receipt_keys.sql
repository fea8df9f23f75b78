-- body
SELECT json_build_object('keys', coalesce(json_agg(json_build_object('id', k.key_id, 'algorithm', 'Ed25519',
    'public_key', encode(k.public_key, 'hex'), 'first_used_at', logic.utc(k.first_used_at))
    ORDER BY k.first_used_at), '[]'))::text AS body, 200 AS status
FROM debrief.receipt_key k

-- $1 programme
SELECT 200 AS status, json_build_object('keys', coalesce(json_agg(logic.key_json(k) ORDER BY k.created_at, k.key_id), '[]'))::text AS body
FROM debrief.api_key k WHERE k.programme_id = $1::uuid

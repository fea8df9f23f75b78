-- $1 programme
SELECT 200 AS status, json_build_object('webhooks', coalesce(json_agg(logic.webhook_json(w) ORDER BY w.created_at, w.webhook_id), '[]'))::text AS body
FROM debrief.webhook w WHERE w.programme_id = $1::uuid

-- $1 programme, $2 the last event the client saw, or null and then $3 the time it began to listen
-- event_id, kind, payload
SELECT o.event_id, o.kind, o.payload FROM debrief.outbox o
WHERE o.programme_id = $1::uuid
  AND (o.created_at, o.event_id) > (
      SELECT coalesce(max(l.created_at), $3::timestamptz),
             coalesce(max(l.event_id::text)::uuid, '00000000-0000-0000-0000-000000000000')
      FROM debrief.outbox l WHERE l.programme_id = $1::uuid AND l.event_id = $2::uuid)
ORDER BY o.created_at, o.event_id LIMIT 200

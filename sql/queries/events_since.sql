-- $1 programme, $2 the last event the client saw, or null, $3 the number of the last one sent, or null
-- number, event_id, kind, payload
SELECT * FROM logic.events_since($1::uuid, $2::uuid, $3::bigint)

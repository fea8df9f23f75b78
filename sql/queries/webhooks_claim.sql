-- $1 at most, $2 how long a claim lasts, in seconds
-- programme_id, webhook_id, url, number, event_id, kind, payload, at
SELECT * FROM logic.webhooks_claim($1::integer, make_interval(secs => $2::integer))

-- Webhooks: who is told by HTTP when a release is published or withdrawn. Each row is one receiver and how far it has
-- got; events themselves are the outbox's, so that nothing has to be copied for each receiver.

CREATE TABLE debrief.webhook (
    programme_id uuid NOT NULL REFERENCES debrief.programme,
    webhook_id uuid NOT NULL,
    url text NOT NULL,
    label text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    place bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    last_answer text NOT NULL DEFAULT '',
    disabled_at timestamptz,
    PRIMARY KEY (programme_id, webhook_id)
);
COMMENT ON COLUMN debrief.webhook.place IS 'The number of the last event that was delivered; events come in order';
COMMENT ON COLUMN debrief.webhook.attempts IS 'Of the next event, so far';

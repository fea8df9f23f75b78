-- Events are numbered once they are committed, because the order of commits is not the order of their times: a
-- listener that resumes after the newest event it knows would miss one that was written earlier and committed later.

ALTER TABLE debrief.outbox ADD COLUMN number bigint;
COMMENT ON COLUMN debrief.outbox.number IS 'The order in which events are told (see logic.events_since); null: nobody looked since it was committed';
UPDATE debrief.outbox o SET number = n.number
FROM (SELECT e.programme_id, e.event_id,
             row_number() OVER (PARTITION BY e.programme_id ORDER BY e.created_at, e.event_id) AS number
      FROM debrief.outbox e) n
WHERE n.programme_id = o.programme_id AND n.event_id = o.event_id;
CREATE UNIQUE INDEX outbox_number ON debrief.outbox (programme_id, number);
CREATE INDEX outbox_unnumbered ON debrief.outbox (programme_id) WHERE number IS NULL;

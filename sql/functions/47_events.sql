-- Events that listeners follow (SSE). Who tells an event only adds it; who reads numbers what is committed by then, so
-- that whatever commits later comes later, and no job waits or fails for a counter.

-- What comes after event `last`, or else after number `known`; the nil event is before the first. Without either, or
-- when there is no such event, only the place from which to go on. A row without a kind is a place: nothing came yet.
CREATE FUNCTION logic.events_since(programme uuid, last uuid, known bigint)
RETURNS TABLE (number bigint, event_id uuid, kind text, payload text)
LANGUAGE plpgsql AS $$
DECLARE
    nil constant uuid := '00000000-0000-0000-0000-000000000000';
    newest bigint;
    place bigint;
BEGIN
    IF EXISTS (SELECT FROM debrief.outbox o WHERE o.programme_id = programme AND o.number IS NULL) THEN
        PERFORM FROM debrief.programme p WHERE p.programme_id = programme FOR NO KEY UPDATE;
        newest := (SELECT coalesce(max(o.number), 0) FROM debrief.outbox o WHERE o.programme_id = programme);
        UPDATE debrief.outbox o SET number = newest + n.position
        FROM (SELECT e.event_id, row_number() OVER (ORDER BY e.created_at, e.event_id) AS position
              FROM debrief.outbox e WHERE e.programme_id = programme AND e.number IS NULL) n
        WHERE o.programme_id = programme AND o.event_id = n.event_id;
    END IF;
    place := coalesce(
        known, CASE WHEN last = nil THEN 0 END,
        (SELECT o.number FROM debrief.outbox o WHERE o.programme_id = programme AND o.event_id = last),
        (SELECT max(o.number) FROM debrief.outbox o WHERE o.programme_id = programme), 0);
    RETURN QUERY
        SELECT o.number, o.event_id, o.kind, o.payload FROM debrief.outbox o
        WHERE o.programme_id = programme AND o.number > place ORDER BY o.number LIMIT 200;
    IF NOT FOUND THEN
        RETURN QUERY
            SELECT place, coalesce((SELECT o.event_id FROM debrief.outbox o
                                    WHERE o.programme_id = programme AND o.number = place), nil), NULL, NULL;
    END IF;
END
$$;

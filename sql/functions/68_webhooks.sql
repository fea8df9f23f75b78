-- Webhooks: events of the outbox, delivered in order and at least once. The secret that signs them is derived from the
-- credential key and never stored.

CREATE FUNCTION logic.webhook_json(w debrief.webhook) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object('id', (w).webhook_id, 'url', (w).url, 'label', (w).label,
    'created_at', logic.utc((w).created_at), 'attempts', (w).attempts, 'last_answer', (w).last_answer,
    'next_attempt_at', CASE WHEN (w).attempts > 0 AND (w).disabled_at IS NULL THEN logic.utc((w).next_attempt_at) END,
    'disabled_at', logic.utc((w).disabled_at));

CREATE FUNCTION logic.webhook_create(programme uuid, made_id uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.webhook;
BEGIN
    IF NOT EXISTS (SELECT FROM debrief.programme p WHERE p.programme_id = programme) THEN
        RETURN logic.problem(404, 'not-found', 'no such programme');
    END IF;
    IF (SELECT count(*) FROM debrief.webhook w WHERE w.programme_id = programme AND w.disabled_at IS NULL) >= 20 THEN
        RETURN logic.problem(409, 'too-many', 'a programme has at most 20 webhooks');
    END IF;
    INSERT INTO debrief.webhook (programme_id, webhook_id, url, label, place)
    SELECT programme, made_id, given ->> 'url', given ->> 'label', max(e.number)
    FROM logic.events_since(programme, NULL, NULL) e
    RETURNING * INTO stored;
    PERFORM logic.audit_append(programme, actor, 'webhook.created', logic.webhook_json(stored));
    RETURN ROW(201, logic.webhook_json(stored))::logic.answer;
END
$$;

CREATE FUNCTION logic.webhook_delete(programme uuid, webhook uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.webhook;
BEGIN
    DELETE FROM debrief.webhook w WHERE w.programme_id = programme AND w.webhook_id = webhook RETURNING * INTO stored;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such webhook');
    END IF;
    PERFORM logic.audit_append(programme, actor, 'webhook.deleted', logic.webhook_json(stored));
    RETURN ROW(200, logic.webhook_json(stored))::logic.answer;
END
$$;

-- Goes on with the event it stopped at, now.
CREATE FUNCTION logic.webhook_resume(programme uuid, webhook uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.webhook;
BEGIN
    UPDATE debrief.webhook w SET disabled_at = NULL, attempts = 0, next_attempt_at = now()
    WHERE w.programme_id = programme AND w.webhook_id = webhook RETURNING * INTO stored;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such webhook');
    END IF;
    PERFORM logic.audit_append(programme, actor, 'webhook.resumed', logic.webhook_json(stored));
    PERFORM pg_notify('debriefd_pending', programme::text);
    RETURN ROW(200, logic.webhook_json(stored))::logic.answer;
END
$$;

-- What is to be delivered now: one event a receiver. A claim lasts as long as an attempt may take; who died over it is
-- followed by another.
CREATE FUNCTION logic.webhooks_claim(most integer, claim interval)
RETURNS TABLE (programme_id uuid, webhook_id uuid, url text, number bigint, event_id uuid, kind text, payload text,
               at text)
LANGUAGE plpgsql AS $$
DECLARE
    due debrief.webhook;
    next record;
BEGIN
    FOR due IN
        SELECT w.* FROM debrief.webhook w
        WHERE w.disabled_at IS NULL AND w.next_attempt_at <= now()
          AND EXISTS (SELECT FROM debrief.outbox o
                      WHERE o.programme_id = w.programme_id AND coalesce(o.number > w.place, true))
        ORDER BY w.next_attempt_at LIMIT most FOR UPDATE SKIP LOCKED
    LOOP
        SELECT e.* INTO next FROM logic.events_since(due.programme_id, NULL, due.place) e
        WHERE e.kind IS NOT NULL ORDER BY e.number LIMIT 1;
        CONTINUE WHEN NOT FOUND;
        UPDATE debrief.webhook w SET next_attempt_at = now() + claim
        WHERE w.programme_id = due.programme_id AND w.webhook_id = due.webhook_id;
        RETURN QUERY SELECT due.programme_id, due.webhook_id, due.url, next.number, next.event_id, next.kind,
                            next.payload,
                            (SELECT logic.utc(o.created_at) FROM debrief.outbox o
                             WHERE o.programme_id = due.programme_id AND o.event_id = next.event_id);
    END LOOP;
END
$$;

-- How an attempt ended. After a failure the next one comes later and later (Standard Webhooks 1.0.0: over days), or
-- when the receiver said; after the last one, or a 410, the webhook is disabled. An attempt at an event that has been
-- delivered meanwhile says nothing.
CREATE FUNCTION logic.webhook_attempted(programme uuid, webhook uuid, event bigint, succeeded boolean, gone boolean,
                                        answer text, wait_seconds integer) RETURNS void
LANGUAGE sql AS $$
    UPDATE debrief.webhook w
    SET place = CASE WHEN succeeded THEN event ELSE w.place END,
        attempts = CASE WHEN succeeded THEN 0 ELSE w.attempts + 1 END,
        last_answer = answer,
        disabled_at = CASE WHEN gone OR NOT succeeded AND w.attempts + 1 > cardinality(pause) THEN now() END,
        next_attempt_at = CASE
            WHEN succeeded THEN now()
            ELSE now() + greatest(pause[w.attempts + 1] * (0.9 + 0.2 * random()), make_interval(secs => wait_seconds),
                                  interval '1 second') END
    FROM (VALUES ('{5 s,5 min,30 min,2 h,5 h,10 h,14 h,20 h,24 h}'::interval[])) schedule (pause)
    WHERE w.programme_id = programme AND w.webhook_id = webhook AND w.place < event
$$;

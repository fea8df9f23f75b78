-- Reading the audit trail. With the owner's rights: who appends to it cannot read it otherwise, and reading is on record.

-- Who an actor is, for people: a key by its label, an account by its name. The daemon itself has no id.
CREATE FUNCTION logic.actor_label(programme uuid, actor uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    label text;
BEGIN
    IF actor IS NULL OR actor = '00000000-0000-0000-0000-000000000000' THEN
        RETURN 'debriefd';
    END IF;
    SELECT k.role || ': ' || k.label INTO label FROM debrief.api_key k
    WHERE k.programme_id IN (programme, '00000000-0000-0000-0000-000000000000') AND k.key_id = actor
    ORDER BY k.programme_id DESC LIMIT 1;
    IF label IS NULL AND to_regclass('identity.account') IS NOT NULL THEN
        EXECUTE 'SELECT a.name FROM identity.account a WHERE a.programme_id = $1 AND a.account_id = $2'
            INTO label USING programme, actor;
    END IF;
    RETURN label;
END
$$;

CREATE FUNCTION logic.audit_list(programme uuid, known bigint, most integer, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM debrief.programme p WHERE p.programme_id = programme) THEN
        RETURN logic.problem(404, 'not-found', 'no such programme');
    END IF;
    PERFORM logic.audit_append(programme, actor, 'audit.read', jsonb_build_object('after', known));
    RETURN (SELECT ROW(200, json_build_object(
            'records', coalesce(json_agg(json_build_object('number', l.number, 'at', logic.utc(l.at),
                'action', l.said ->> 'action', 'actor', logic.actor_label(programme, (l.said ->> 'actor')::uuid),
                'actor_id', l.said ->> 'actor', 'detail', l.said -> 'detail', 'erased', l.said IS NULL)
                ORDER BY l.number), '[]'),
            'next', CASE WHEN count(*) = most THEN max(l.number)::text END)::text)::logic.answer
        FROM (SELECT a.number, a.at, r.record::jsonb AS said FROM debrief.audit a
              LEFT JOIN debrief.audit_record r ON r.programme_id = a.programme_id AND r.number = a.number
              WHERE a.programme_id = programme AND a.number > coalesce(known, 0)
              ORDER BY a.number LIMIT most) l);
END
$$;

-- Whether the chain holds, and its head: who notes it down elsewhere can tell later whether the trail was exchanged.
CREATE FUNCTION logic.audit_state(programme uuid) RETURNS logic.answer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT ROW(200, json_build_object('holds', v.broken IS NULL, 'broken_at', v.broken,
        'records', (SELECT count(*) FROM debrief.audit a WHERE a.programme_id = programme),
        'erased', (SELECT count(*) FROM debrief.audit a WHERE a.programme_id = programme AND NOT EXISTS (
                       SELECT FROM debrief.audit_record r WHERE r.programme_id = programme AND r.number = a.number)),
        'head', (SELECT encode(h.hash, 'hex') FROM debrief.audit_head h WHERE h.programme_id = programme))::text)::logic.answer
    FROM debrief.programme p CROSS JOIN LATERAL (SELECT logic.audit_verify(programme) AS broken) v
    WHERE p.programme_id = programme
$$;

-- Withdrawing a wrong release. Its rows stay stored and are served to nobody; its number stays in the list and in
-- history, with the reason. Withdrawing the newest one holds publishing, because only a person can tell whether what
-- the atoms hold is wrong still.

CREATE FUNCTION logic.release_json(r debrief.release) RETURNS json
LANGUAGE sql STABLE
RETURN json_build_object('number', (r).number, 'released_at', logic.utc((r).released_at),
    'withdrawn_at', logic.utc((r).withdrawn_at), 'withdrawn_reason', (r).withdrawn_reason);

-- A study, or the reserved one, whose releases are the programme's own.
CREATE FUNCTION logic.is_released_of(programme uuid, study uuid) RETURNS boolean
LANGUAGE sql STABLE
RETURN study = '00000000-0000-0000-0000-000000000000'
       OR EXISTS (SELECT FROM debrief.study s WHERE s.programme_id = programme AND s.study_id = study);

-- Whether the study's newest release is withdrawn and nobody said that publishing goes on.
CREATE FUNCTION logic.is_on_hold(programme uuid, study uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT r.withdrawn_at IS NOT NULL AND r.resumed_at IS NULL FROM debrief.release r
                     WHERE r.programme_id = programme AND r.study_id = study ORDER BY r.number DESC LIMIT 1), false)
$$;

-- What withdrawing and resuming answer. Not stable: it reads what its caller has just changed.
CREATE FUNCTION logic.release_state(r debrief.release) RETURNS logic.answer
LANGUAGE plpgsql AS $$
BEGIN
    RETURN ROW(200, logic.release_json(r)::jsonb
                    || jsonb_build_object('on_hold', logic.is_on_hold(r.programme_id, r.study_id)))::logic.answer;
END
$$;

-- Repeating it with the same reason changes nothing.
CREATE FUNCTION logic.release_withdraw(programme uuid, study uuid, wanted integer, given jsonb, actor uuid)
RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.release;
    reason text := given ->> 'reason';
    told jsonb;
BEGIN
    SELECT * INTO stored FROM debrief.release r
    WHERE r.programme_id = programme AND r.study_id = study AND r.number = wanted FOR UPDATE;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such release');
    END IF;
    IF stored.withdrawn_at IS NOT NULL AND stored.withdrawn_reason <> reason THEN
        RETURN logic.problem(409, 'conflict', 'the release is withdrawn already, for another reason');
    END IF;
    IF stored.withdrawn_at IS NULL THEN
        UPDATE debrief.release r SET withdrawn_at = clock_timestamp(), withdrawn_reason = reason
        WHERE r.programme_id = programme AND r.study_id = study AND r.number = wanted
        RETURNING * INTO stored;
        told := jsonb_build_object('study', study, 'release', wanted, 'reason', reason);
        PERFORM logic.audit_append(programme, actor, 'release.withdrawn', told);
        INSERT INTO debrief.outbox (programme_id, event_id, kind, study_id, payload, created_at)
        VALUES (programme, gen_random_uuid(), 'withdrawn', study, told::text, clock_timestamp());
        PERFORM pg_notify('debriefd_release', programme || '/' || study || '/' || wanted);
    END IF;
    RETURN logic.release_state(stored);
END
$$;

-- Lets the next release be computed and published in place of a withdrawn one.
CREATE FUNCTION logic.releases_resume(programme uuid, study uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.release;
BEGIN
    SELECT * INTO stored FROM debrief.release r
    WHERE r.programme_id = programme AND r.study_id = study ORDER BY r.number DESC LIMIT 1 FOR UPDATE;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such study, or it has no release');
    END IF;
    IF stored.withdrawn_at IS NOT NULL AND stored.resumed_at IS NULL THEN
        UPDATE debrief.release r SET resumed_at = clock_timestamp()
        WHERE r.programme_id = programme AND r.study_id = study AND r.number = stored.number;
        PERFORM logic.audit_append(programme, actor, 'releases.resumed',
                                   jsonb_build_object('study', study, 'release', stored.number));
        IF study = '00000000-0000-0000-0000-000000000000' THEN
            PERFORM logic.mark_uncompared(programme, study);
        ELSE
            PERFORM logic.mark_stale(programme, study);
        END IF;
    END IF;
    RETURN logic.release_state(stored);
END
$$;

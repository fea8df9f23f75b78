-- The participant's form: what it shows, and the draft behind it. With the owner's rights, for whoever holds an
-- invitation: each function looks at the invitation's generation first, and gives nothing of anybody else.

-- A standing invitation, and whether its wave takes answers: open, not_open, closed; revoked for any other.
-- In PL/pgSQL, as what a page waits for is: it keeps its plans, which take longer to make than to run.
CREATE FUNCTION logic.form_entry(programme uuid, invitation uuid, generation smallint)
RETURNS TABLE (state text, wave_id uuid, study_id uuid, participant_id uuid)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT CASE WHEN v.revoked_at IS NOT NULL OR v.generation <> form_entry.generation THEN 'revoked'
                WHEN w.closed_at IS NOT NULL OR w.closes_at <= now() THEN 'closed'
                WHEN w.opens_at > now() THEN 'not_open'
                ELSE 'open' END,
           w.wave_id, w.study_id, v.participant_id
    FROM debrief.invitation v
    JOIN debrief.wave w ON w.programme_id = v.programme_id AND w.wave_id = v.wave_id
    WHERE v.programme_id = programme AND v.invitation_id = invitation AND v.participant_id IS NOT NULL;
END
$$;

-- The participant's evaluation that no other replaces: the end of the chain of edits.
CREATE FUNCTION logic.latest_evaluation(programme uuid, wave uuid, participant uuid) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
DECLARE
    latest uuid;
    edit uuid;
BEGIN
    SELECT e.evaluation_id INTO edit
    FROM debrief.evaluation e
    WHERE e.programme_id = programme AND e.wave_id = wave AND e.participant_id = participant AND e.replaces IS NULL;
    WHILE edit IS NOT NULL LOOP
        latest := edit;
        SELECT e.evaluation_id INTO edit
        FROM debrief.evaluation e
        WHERE e.programme_id = programme AND e.wave_id = wave AND e.replaces = latest;
    END LOOP;
    RETURN latest;
END
$$;

-- What the participant said they would do, in earlier waves of the study: [{"id","text","due"}].
CREATE FUNCTION logic.own_commitments(programme uuid, study uuid, wave uuid, participant uuid) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT coalesce(json_agg(json_build_object('id', c.entry ->> 'id', 'text', c.entry ->> 'text',
                                                   'due', c.entry ->> 'due')
                                 ORDER BY w.opens_at, q.place, c.place), '[]')::text
        FROM debrief.wave now
        JOIN debrief.wave w ON w.programme_id = now.programme_id AND w.study_id = now.study_id
            AND (w.opens_at, w.wave_id) < (now.opens_at, now.wave_id)
        JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
            AND v.version = w.version
        JOIN debrief.evaluation e ON e.programme_id = w.programme_id
            AND e.evaluation_id = logic.latest_evaluation(w.programme_id, w.wave_id, participant)
        CROSS JOIN LATERAL jsonb_array_elements(v.compiled -> 'texts') WITH ORDINALITY AS q (item, place)
        CROSS JOIN LATERAL jsonb_array_elements((e.texts::jsonb) -> (q.item ->> 'item')) WITH ORDINALITY
            AS c (entry, place)
        WHERE now.programme_id = programme AND now.study_id = study AND now.wave_id = wave
          AND q.item ->> 'type' = 'commitments');
END
$$;

-- Everything of one participant's form that is not the same for all.
CREATE FUNCTION logic.form_read(programme uuid, invitation uuid, generation smallint)
RETURNS TABLE (state text, wave_id uuid, participant_id uuid, study text, kind text, anonymity text, opens text,
               closes text, person_language text, draft_evaluation uuid, draft_replaces uuid, draft_language text,
               draft_answers text, draft_revision bigint, draft_at text, evaluation_id uuid, language text, received text,
               scores text, texts text, commitments text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
#variable_conflict use_column
DECLARE
    entry record;
    shape CONSTANT text := 'YYYY-MM-DD HH24:MI';
    zone text;
    asks_status boolean;
BEGIN
    SELECT * INTO entry FROM logic.form_entry(programme, invitation, generation);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    state := entry.state;
    wave_id := entry.wave_id;
    participant_id := entry.participant_id;
    SELECT s.name, s.kind, s.anonymity, s.time_zone, to_char(w.opens_at AT TIME ZONE s.time_zone, shape),
           to_char(coalesce(w.closed_at, w.closes_at) AT TIME ZONE s.time_zone, shape),
           v.compiled -> 'texts' @> '[{"type": "commitment_status"}]'
    INTO study, kind, anonymity, zone, opens, closes, asks_status
    FROM debrief.wave w
    JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
    JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
        AND v.version = w.version
    WHERE w.programme_id = programme AND w.wave_id = entry.wave_id;
    SELECT p.language INTO person_language
    FROM debrief.delegate g
    JOIN identity.person p ON p.programme_id = g.programme_id AND p.person_id = g.person_id
    WHERE g.programme_id = programme AND g.study_id = entry.study_id AND g.participant_id = entry.participant_id
      AND g.valid_until = 'infinity';
    SELECT d.evaluation_id, d.replaces, d.language, d.answers::text, d.revision,
           to_char(d.updated_at AT TIME ZONE zone, shape)
    INTO draft_evaluation, draft_replaces, draft_language, draft_answers, draft_revision, draft_at
    FROM debrief.draft d
    WHERE d.programme_id = programme AND d.wave_id = entry.wave_id AND d.participant_id = entry.participant_id;
    evaluation_id := logic.latest_evaluation(programme, entry.wave_id, entry.participant_id);
    IF evaluation_id IS NOT NULL THEN
        SELECT e.language, to_char(e.received_at AT TIME ZONE zone, shape), e.scores::text, e.texts
        INTO language, received, scores, texts
        FROM debrief.evaluation e
        WHERE e.programme_id = programme AND e.evaluation_id = form_read.evaluation_id;
    END IF;
    commitments := '[]';
    IF asks_status THEN
        commitments := logic.own_commitments(programme, entry.study_id, entry.wave_id, entry.participant_id);
    END IF;
    RETURN NEXT;
END
$$;

-- The delegation by name, for a roster's question, as anybody of the delegation may see it.
CREATE FUNCTION logic.form_people(programme uuid, invitation uuid, generation smallint)
RETURNS TABLE (participant_id uuid, name text, organisation text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT d.participant_id, p.name, d.organisation
    FROM logic.form_entry(programme, invitation, generation) f
    JOIN debrief.delegate d ON d.programme_id = programme AND d.study_id = f.study_id AND d.valid_until = 'infinity'
        AND d.travelled AND NOT d.is_staff
    JOIN identity.person p ON p.programme_id = programme AND p.person_id = d.person_id
    WHERE f.state <> 'revoked'
    ORDER BY lower(d.organisation), lower(p.name), d.participant_id
$$;

-- Merges answers item by item into the draft. Without one it is begun, on top of `base`, what the evaluation `edited`
-- says: stale when that is no longer the latest one. A draft that was sent meanwhile becomes an edit of what was sent.
CREATE FUNCTION logic.draft_merge(programme uuid, invitation uuid, generation smallint, patch jsonb, dropped text[],
                                  spoken text, fresh uuid, base jsonb, edited uuid)
RETURNS TABLE (state text, evaluation_id uuid, replaces uuid, language text, answers text, revision bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
#variable_conflict use_column
DECLARE
    entry record;
    latest uuid;
    stored debrief.draft;
BEGIN
    -- An erasure that takes the invitation away is waited for; it has the wave first.
    PERFORM FROM debrief.wave w WHERE w.programme_id = programme AND w.wave_id = (
        SELECT v.wave_id FROM debrief.invitation v WHERE v.programme_id = programme AND v.invitation_id = invitation) FOR KEY SHARE;
    PERFORM FROM debrief.invitation v WHERE v.programme_id = programme AND v.invitation_id = invitation FOR KEY SHARE;
    SELECT * INTO entry FROM logic.form_entry(programme, invitation, generation);
    IF NOT FOUND OR entry.state NOT IN ('open', 'closed') THEN -- what comes too late is kept, not counted
        RETURN QUERY SELECT coalesce(entry.state, 'revoked'), NULL::uuid, NULL::uuid, NULL::text, NULL::text, NULL::bigint;
        RETURN;
    END IF;
    latest := logic.latest_evaluation(programme, entry.wave_id, entry.participant_id);
    UPDATE debrief.draft d
    SET answers = (d.answers || patch) - dropped, language = coalesce(spoken, d.language), revision = d.revision + 1,
        updated_at = now(),
        evaluation_id = CASE WHEN sent.evaluation_id IS NULL THEN d.evaluation_id ELSE fresh END,
        replaces = CASE WHEN sent.evaluation_id IS NULL THEN d.replaces ELSE latest END
    FROM debrief.draft o
    LEFT JOIN debrief.evaluation sent ON sent.programme_id = o.programme_id AND sent.evaluation_id = o.evaluation_id
    WHERE d.programme_id = programme AND d.wave_id = entry.wave_id AND d.participant_id = entry.participant_id
      AND o.programme_id = d.programme_id AND o.wave_id = d.wave_id AND o.participant_id = d.participant_id
    RETURNING d.* INTO stored;
    IF stored.evaluation_id IS NULL AND latest IS DISTINCT FROM edited THEN
        RETURN QUERY SELECT 'stale', latest, NULL::uuid, NULL::text, NULL::text, NULL::bigint;
        RETURN;
    END IF;
    IF stored.evaluation_id IS NULL THEN
        INSERT INTO debrief.draft AS d (programme_id, wave_id, participant_id, evaluation_id, replaces, language, answers)
        VALUES (programme, entry.wave_id, entry.participant_id, fresh, edited, spoken, (base || patch) - dropped)
        ON CONFLICT (programme_id, wave_id, participant_id) DO UPDATE
        SET answers = (d.answers || patch) - dropped, language = coalesce(spoken, d.language),
            revision = d.revision + 1, updated_at = now()
        RETURNING d.* INTO stored;
    END IF;
    RETURN QUERY SELECT 'open', stored.evaluation_id, stored.replaces, stored.language, stored.answers::text, stored.revision;
END
$$;

-- The draft was recorded as it stood at `at_revision`. What was changed since becomes an edit of it.
CREATE FUNCTION logic.draft_recorded(programme uuid, invitation uuid, generation smallint, evaluation uuid,
                                     at_revision bigint, fresh uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    DELETE FROM debrief.draft d USING logic.form_entry(programme, invitation, generation) f
    WHERE d.programme_id = programme AND d.wave_id = f.wave_id AND d.participant_id = f.participant_id
      AND d.evaluation_id = evaluation AND d.revision = at_revision;
    UPDATE debrief.draft d SET evaluation_id = fresh, replaces = evaluation
    FROM logic.form_entry(programme, invitation, generation) f
    WHERE d.programme_id = programme AND d.wave_id = f.wave_id AND d.participant_id = f.participant_id
      AND d.evaluation_id = evaluation
$$;

-- Somebody else's answers stand where the draft wanted to: it becomes an edit of them, for its participant to look at.
CREATE FUNCTION logic.draft_rebase(programme uuid, invitation uuid, generation smallint, evaluation uuid, fresh uuid)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    UPDATE debrief.draft d
    SET evaluation_id = fresh, replaces = logic.latest_evaluation(programme, f.wave_id, f.participant_id),
        revision = d.revision + 1
    FROM logic.form_entry(programme, invitation, generation) f
    WHERE d.programme_id = programme AND d.wave_id = f.wave_id AND d.participant_id = f.participant_id
      AND d.evaluation_id = evaluation
$$;

CREATE FUNCTION logic.draft_discard(programme uuid, invitation uuid, generation smallint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    DELETE FROM debrief.draft d USING logic.form_entry(programme, invitation, generation) f
    WHERE f.state <> 'revoked' AND d.programme_id = programme AND d.wave_id = f.wave_id
      AND d.participant_id = f.participant_id
$$;

-- Keeps the answers of an edit that came from elsewhere and was refused, for its participant to find again.
CREATE FUNCTION logic.draft_keep(programme uuid, wave uuid, invitation uuid, fresh uuid, spoken text, given jsonb)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT FROM debrief.wave w WHERE w.programme_id = programme AND w.wave_id = wave FOR KEY SHARE;
    INSERT INTO debrief.draft (programme_id, wave_id, participant_id, evaluation_id, replaces, language, answers)
    SELECT programme, wave, v.participant_id, fresh, logic.latest_evaluation(programme, wave, v.participant_id), spoken, given
    FROM debrief.invitation v
    WHERE v.programme_id = programme AND v.invitation_id = invitation AND v.wave_id = wave AND v.participant_id IS NOT NULL
    FOR KEY SHARE
    ON CONFLICT (programme_id, wave_id, participant_id) DO UPDATE
    SET evaluation_id = excluded.evaluation_id, replaces = excluded.replaces, language = excluded.language,
        answers = excluded.answers, revision = draft.revision + 1, updated_at = now()
$$;

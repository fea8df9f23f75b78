-- Anonymous waves. What touches the pool, the secret or a staged answer has the owner's rights:
-- neither serve nor work can read any of them otherwise.

-- A keyed hash with two independent keys, the halves of the secret, as HMAC has them; its first 16 bytes.
CREATE FUNCTION logic.anonymous_derive(secret bytea, programme uuid, wave uuid, participant uuid) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN substring(sha256(substring(secret FROM 33) || sha256(substring(secret FOR 32) || uuid_send(programme)
                                                            || uuid_send(wave) || uuid_send(participant))) FOR 16);

-- A participant's token, for who sends it; null once the secret is gone. Only functions with the owner's rights call it.
CREATE FUNCTION logic.anonymous_token(programme uuid, wave uuid, participant uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT logic.anonymous_derive(s.secret, programme, wave, participant)
    FROM debrief.anonymous_secret s WHERE s.programme_id = programme AND s.wave_id = wave
$$;

-- Every token of the wave, for who hands them out on paper: ordered by themselves, so in no order of people. No row
-- once the secret is gone.
CREATE FUNCTION logic.anonymous_links(programme uuid, wave uuid) RETURNS TABLE (token bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    UPDATE debrief.anonymous_secret s SET listed_at = coalesce(s.listed_at, now())
    WHERE s.programme_id = programme AND s.wave_id = wave;
    SELECT t.token
    FROM debrief.wave w
    CROSS JOIN LATERAL (
        SELECT DISTINCT e.participant_id FROM debrief.delegate e
        WHERE e.programme_id = w.programme_id AND e.study_id = w.study_id) d
    CROSS JOIN LATERAL (SELECT logic.anonymous_token(programme, wave, d.participant_id) AS token OFFSET 0) t
    WHERE w.programme_id = programme AND w.wave_id = wave AND w.is_anonymous AND EXISTS (
        SELECT FROM debrief.invitation v
        WHERE v.programme_id = programme AND v.wave_id = wave AND v.token_hash = sha256(t.token))
    ORDER BY t.token
$$;

-- From now on nobody can tell whose token is whose. Called when the links are handed out.
CREATE FUNCTION logic.anonymous_secret_drop(programme uuid, wave uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    DELETE FROM debrief.anonymous_secret s WHERE s.programme_id = programme AND s.wave_id = wave
$$;

-- Fills the pool with one hash for each who travelled, all written by one statement in the order of random ids. While nobody has
-- answered, or seen the links listed, it is written again as a whole, because a row that came later, or went, would tell
-- whose it is. Null: there are more
-- people than tokens, and it is too late. Else how many there are more than before.
CREATE FUNCTION logic.anonymous_pool(programme uuid, wave uuid, study uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    before integer;
    spent integer;
    wanted integer;
    held bytea;
    is_listed boolean;
BEGIN
    SELECT count(*), count(v.spent_on) INTO before, spent FROM debrief.invitation v
    WHERE v.programme_id = programme AND v.wave_id = wave;
    SELECT count(*) INTO wanted FROM debrief.delegate d
    WHERE d.programme_id = programme AND d.study_id = study AND d.valid_until = 'infinity'
      AND d.travelled AND NOT d.is_staff;
    IF before = 0 THEN
        INSERT INTO debrief.anonymous_secret (programme_id, wave_id, secret)
        VALUES (programme, wave, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
                || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
        ON CONFLICT DO NOTHING;
    END IF;
    SELECT s.secret, s.listed_at IS NOT NULL INTO held, is_listed
    FROM debrief.anonymous_secret s WHERE s.programme_id = programme AND s.wave_id = wave;
    IF held IS NULL OR spent > 0 OR is_listed THEN
        RETURN CASE WHEN wanted <= before THEN 0 END;
    END IF;
    DELETE FROM debrief.invitation v WHERE v.programme_id = programme AND v.wave_id = wave;
    INSERT INTO debrief.invitation (programme_id, invitation_id, wave_id, token_hash)
    SELECT programme, gen_random_uuid(), wave, sha256(logic.anonymous_derive(held, programme, wave, d.participant_id))
    FROM debrief.delegate d
    WHERE d.programme_id = programme AND d.study_id = study AND d.valid_until = 'infinity'
      AND d.travelled AND NOT d.is_staff
    ORDER BY 2;
    RETURN greatest(wanted - before, 0);
END
$$;

-- invitations_create of an anonymous wave, whose row it has locked.
CREATE FUNCTION logic.anonymous_invite(programme uuid, wave uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    asked debrief.wave;
    added integer;
BEGIN
    SELECT * INTO asked FROM debrief.wave w WHERE w.programme_id = programme AND w.wave_id = wave;
    IF asked.closed_at IS NOT NULL THEN
        RETURN logic.problem(409, 'closed', 'the wave is closed');
    END IF;
    added := logic.anonymous_pool(programme, wave, asked.study_id);
    IF added IS NULL THEN
        RETURN logic.problem(409, 'anonymous', 'links of an anonymous wave are made at one time: somebody has '
                             'answered, or they are handed out, and the answer of who came later would stand out');
    END IF;
    PERFORM logic.audit_append(programme, actor, 'invitations.created',
                               jsonb_build_object('wave', wave, 'added', added, 'anonymous', true));
    RETURN ROW(200, json_build_object('added', added, 'total', (SELECT count(*) FROM debrief.invitation v
        WHERE v.programme_id = programme AND v.wave_id = wave)))::logic.answer;
END
$$;

-- The organiser says that the links are handed out.
CREATE FUNCTION logic.anonymous_seal(programme uuid, wave uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM debrief.wave w WHERE w.programme_id = programme AND w.wave_id = wave
                     AND w.is_anonymous) THEN
        RETURN logic.problem(404, 'not-found', 'no such wave, or it is not anonymous');
    END IF;
    PERFORM logic.anonymous_secret_drop(programme, wave);
    PERFORM logic.audit_append(programme, actor, 'invitations.sealed', jsonb_build_object('wave', wave));
    RETURN ROW(200, json_build_object('wave', wave, 'total', (SELECT count(*) FROM debrief.invitation v
        WHERE v.programme_id = programme AND v.wave_id = wave)))::logic.answer;
END
$$;

-- What a token is good for: open (it may answer), replay (it has, on that day), and else as logic.ingest says. Closing
-- takes the tokens away, so that of a closed wave nothing more is known.
CREATE FUNCTION logic.anonymous_state(programme uuid, wave uuid, hash bytea)
RETURNS TABLE (outcome text, recorded_on date)
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN w.wave_id IS NULL OR NOT w.is_anonymous THEN 'no_wave'
                WHEN v.spent_on IS NOT NULL THEN 'replay'
                WHEN w.closed_at IS NOT NULL OR w.closes_at <= now() THEN 'closed'
                WHEN v.token_hash IS NULL OR v.revoked_at IS NOT NULL THEN 'revoked'
                WHEN w.opens_at > now() THEN 'not_open' ELSE 'open' END, v.spent_on
    FROM (VALUES (programme, wave, hash)) g (programme_id, wave_id, token_hash)
    LEFT JOIN debrief.wave w ON w.programme_id = g.programme_id AND w.wave_id = g.wave_id
    LEFT JOIN debrief.invitation v ON v.programme_id = g.programme_id AND v.wave_id = g.wave_id
        AND v.token_hash = g.token_hash
$$;

-- Spends the token and stages the answers, both or neither. A token spends once; again it is a replay, whatever is sent.
CREATE FUNCTION logic.anonymous_submit(programme uuid, wave uuid, hash bytea, answered smallint, applicable smallint,
                                       spoken text, scored smallint[], rest text)
RETURNS TABLE (outcome text, recorded_on date)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    today date;
BEGIN
    -- Closing the wave takes FOR UPDATE on it: no answer falls between.
    SELECT (now() AT TIME ZONE s.time_zone)::date INTO today
    FROM debrief.wave w JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
    WHERE w.programme_id = programme AND w.wave_id = wave FOR SHARE OF w;
    SELECT t.outcome, t.recorded_on INTO outcome, recorded_on FROM logic.anonymous_state(programme, wave, hash) t;
    IF outcome = 'open' THEN
        UPDATE debrief.invitation v SET spent_on = today
        WHERE v.programme_id = programme AND v.wave_id = wave AND v.token_hash = hash AND v.spent_on IS NULL
          AND v.revoked_at IS NULL;
        IF FOUND THEN
            INSERT INTO debrief.anonymous_answer (programme_id, answer_id, wave_id, recorded_on, answered, applicable,
                                                  language, scores, texts)
            VALUES (programme, gen_random_uuid(), wave, today, answered, applicable, spoken, scored, rest);
            outcome := 'new';
            recorded_on := today;
        ELSE -- somebody spent it while this one waited
            SELECT t.outcome, t.recorded_on INTO outcome, recorded_on
            FROM logic.anonymous_state(programme, wave, hash) t;
        END IF;
    END IF;
    RETURN NEXT;
END
$$;

-- Called with the wave's row locked, in the transaction that closes it. The copy's order, ids and transaction have
-- nothing to do with those of the answers as they came; the day stays.
CREATE FUNCTION logic.anonymous_close(programme uuid, wave uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    INSERT INTO debrief.evaluation (programme_id, evaluation_id, wave_id, received_at, answered, applicable, proxy,
                                    body_hash, language, scores, texts)
    SELECT a.programme_id, gen_random_uuid(), a.wave_id, a.recorded_on::timestamp AT TIME ZONE 'UTC', a.answered,
           a.applicable, false, '', a.language, a.scores, a.texts
    FROM debrief.anonymous_answer a WHERE a.programme_id = programme AND a.wave_id = wave
    ORDER BY 2;
    DELETE FROM debrief.anonymous_answer a WHERE a.programme_id = programme AND a.wave_id = wave;
    DELETE FROM debrief.invitation v WHERE v.programme_id = programme AND v.wave_id = wave;
    DELETE FROM debrief.anonymous_secret s WHERE s.programme_id = programme AND s.wave_id = wave;
$$;

-- Setting up: programmes, keys, studies, delegations, instruments, waves, invitations. Each function serves one
-- operation of the API, is idempotent, and answers with a status instead of raising.

-- An archived study is never folded again.
CREATE FUNCTION logic.is_archived(programme uuid, study uuid) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM debrief.study s WHERE s.programme_id = programme AND s.study_id = study
               AND s.archived_at IS NOT NULL);

CREATE FUNCTION logic.mark_stale(programme uuid, study uuid) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO debrief.stale (programme_id, study_id)
    SELECT programme, study WHERE NOT logic.is_archived(programme, study);
    SELECT pg_notify('debriefd_pending', programme::text)
$$;

-- What a programme's comparison reads of the study has changed, or may have. A comparison under way that has not seen
-- this change does not see the mark either, and leaves it.
CREATE FUNCTION logic.mark_uncompared(programme uuid, study uuid) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO debrief.uncompared (programme_id, study_id) VALUES (programme, study)
$$;

-- What creating answers when the id, which the caller may choose, is taken: the same again is no second one.
CREATE FUNCTION logic.taken(is_same boolean, stored json, by_another text) RETURNS logic.answer
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN is_same THEN ROW(200, stored)::logic.answer ELSE logic.problem(409, 'conflict', by_another) END;

CREATE FUNCTION logic.programme_json(p debrief.programme) RETURNS json
LANGUAGE sql STABLE
RETURN json_build_object('id', (p).programme_id, 'name', (p).name, 'sectors', (p).sectors, 'target', (p).target,
                         'retention_months', (p).retention_months, 'created_at', logic.utc((p).created_at));

CREATE FUNCTION logic.programme_create(given jsonb, made_id uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    chosen uuid := coalesce((given ->> 'id')::uuid, made_id);
    named text[] := coalesce((SELECT array_agg(s ORDER BY o) FROM jsonb_array_elements_text(given -> 'sectors')
                              WITH ORDINALITY AS e (s, o)), '{politics,business,academia,state}');
    aim jsonb := given -> 'target';
    stored debrief.programme;
BEGIN
    IF 'all' = ANY (named) THEN
        RETURN logic.problem(422, 'invalid', 'all is the name of the slice of all sectors');
    END IF;
    IF aim IS NULL THEN
        aim := (SELECT jsonb_object_agg(s, 1 / 3.0::float8) FROM unnest(named) s
                WHERE s IN ('politics', 'business', 'academia'));
        IF aim IS NULL OR (SELECT count(*) FROM jsonb_object_keys(aim)) <> 3 THEN
            aim := (SELECT jsonb_object_agg(s, 1.0::float8 / cardinality(named)) FROM unnest(named) s);
        END IF;
    END IF;
    IF EXISTS (SELECT FROM jsonb_object_keys(aim) k WHERE k <> ALL (named)) THEN
        RETURN logic.problem(422, 'invalid', 'target names a sector that is not in sectors');
    END IF;
    IF abs((SELECT coalesce(sum(v::float8), 0) FROM jsonb_each_text(aim) e (k, v)) - 1) > 1e-9 THEN
        RETURN logic.problem(422, 'invalid', 'target shares must sum to 1');
    END IF;
    INSERT INTO debrief.programme (programme_id, name, sectors, target)
    VALUES (chosen, given ->> 'name', named, aim) ON CONFLICT DO NOTHING RETURNING * INTO stored;
    IF FOUND THEN
        INSERT INTO debrief.job (programme_id, job_id, study_id, kind, next_run_at)
        VALUES (chosen, gen_random_uuid(), NULL, 'compare', now());
        INSERT INTO debrief.job (programme_id, job_id, study_id, kind, local_time, next_run_at)
        VALUES (chosen, gen_random_uuid(), NULL, 'retention', '02:30', logic.next_local('02:30', 'Europe/Stockholm', now()));
        RETURN ROW(201, logic.programme_json(stored))::logic.answer;
    END IF;
    SELECT * INTO stored FROM debrief.programme p WHERE p.programme_id = chosen;
    RETURN logic.taken(stored.name = given ->> 'name' AND stored.sectors = named AND stored.target = aim,
                       logic.programme_json(stored), 'another programme has this id');
END
$$;

CREATE FUNCTION logic.key_json(k debrief.api_key) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object('id', (k).key_id, 'role', (k).role, 'label', (k).label,
    'created_at', logic.utc((k).created_at), 'expires_at', logic.utc((k).expires_at),
    'revoked_at', logic.utc((k).revoked_at));

-- Whoever gets a key's secret can do what its role may, so an organiser hands out only keys for coding and for released
-- metrics. Internal metrics, and who leads a programme, are an operator's to give.
CREATE FUNCTION logic.may_hand_out(role text, by_operator boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN by_operator OR role IN ('coder', 'dashboard');

CREATE FUNCTION logic.key_create(programme uuid, made_id uuid, hash bytea, given jsonb, actor uuid,
                                 by_operator boolean) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.api_key;
BEGIN
    IF NOT logic.may_hand_out(given ->> 'role', by_operator) THEN
        RETURN logic.problem(403, 'forbidden', 'only an operator makes keys of this role');
    END IF;
    IF NOT EXISTS (SELECT FROM debrief.programme p WHERE p.programme_id = programme) THEN
        RETURN logic.problem(404, 'not-found', 'no such programme');
    END IF;
    IF (given ->> 'role' = 'operator') <> (programme = '00000000-0000-0000-0000-000000000000') THEN
        RETURN logic.problem(422, 'invalid', 'operators belong to no programme, and every other role to one');
    END IF;
    INSERT INTO debrief.api_key (programme_id, key_id, role, label, secret_hash, expires_at)
    VALUES (programme, made_id, given ->> 'role', given ->> 'label', hash, (given ->> 'expires_at')::timestamptz)
    RETURNING * INTO stored;
    PERFORM logic.audit_append(programme, actor, 'key.created', logic.key_json(stored));
    RETURN ROW(201, logic.key_json(stored))::logic.answer;
END
$$;

CREATE FUNCTION logic.key_revoke(programme uuid, key uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.api_key;
BEGIN
    UPDATE debrief.api_key k SET revoked_at = coalesce(k.revoked_at, now())
    WHERE k.programme_id = programme AND k.key_id = key RETURNING * INTO stored;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such key');
    END IF;
    PERFORM pg_notify('debriefd_key', programme::text);
    PERFORM logic.audit_append(programme, actor, 'key.revoked', logic.key_json(stored));
    RETURN ROW(200, logic.key_json(stored))::logic.answer;
END
$$;

-- The old secret stops at once; the key keeps its id, role and label. Whoever holds a key may renew that one.
CREATE FUNCTION logic.key_rotate(programme uuid, key uuid, hash bytea, actor uuid, by_operator boolean)
RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.api_key;
BEGIN
    SELECT * INTO stored FROM debrief.api_key k
    WHERE k.programme_id = programme AND k.key_id = key AND k.revoked_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such key, or it is revoked');
    END IF;
    IF NOT logic.may_hand_out(stored.role, by_operator) AND key <> actor THEN
        RETURN logic.problem(403, 'forbidden', 'only an operator renews keys of this role');
    END IF;
    UPDATE debrief.api_key k SET secret_hash = hash WHERE k.programme_id = programme AND k.key_id = key;
    PERFORM pg_notify('debriefd_key', programme::text);
    PERFORM logic.audit_append(programme, actor, 'key.rotated', logic.key_json(stored));
    RETURN ROW(200, logic.key_json(stored))::logic.answer;
END
$$;

CREATE FUNCTION logic.study_json(s debrief.study) RETURNS json
LANGUAGE sql STABLE
RETURN json_build_object('id', (s).study_id, 'name', (s).name, 'kind', (s).kind, 'starts_on', (s).starts_on,
    'ends_on', (s).ends_on, 'time_zone', (s).time_zone, 'anonymity', (s).anonymity,
    'destinations', (s).destinations, 'purposes', (s).purposes, 'target', (s).target, 'note', (s).note,
    'archived_at', logic.utc((s).archived_at));

-- The view of all names reads some thousand files. A name without digits is no POSIX specification, so that the server
-- knows it only from a file.
CREATE FUNCTION logic.is_time_zone(zone text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF zone !~ '^[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_-]+)+$' THEN
        RETURN EXISTS (SELECT FROM pg_timezone_names z WHERE z.name = zone);
    END IF;
    PERFORM now() AT TIME ZONE zone;
    RETURN true;
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN false;
END
$$;

CREATE FUNCTION logic.study_create(programme uuid, given jsonb, made_id uuid, verify_at time) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    chosen uuid := coalesce((given ->> 'id')::uuid, made_id);
    stored debrief.study;
BEGIN
    IF NOT logic.is_time_zone(coalesce(given ->> 'time_zone', 'Europe/Stockholm')) THEN
        RETURN logic.problem(422, 'invalid', 'time_zone is not a name of the time zone database');
    END IF;
    IF EXISTS (SELECT FROM jsonb_object_keys(given -> 'target') k, debrief.programme p
               WHERE p.programme_id = programme AND k <> ALL (p.sectors)) THEN
        RETURN logic.problem(422, 'invalid', 'target names a sector that the programme does not have');
    END IF;
    IF (given ->> 'ends_on')::date < (given ->> 'starts_on')::date THEN
        RETURN logic.problem(422, 'invalid', 'ends_on is before starts_on');
    END IF;
    IF given ? 'target' AND abs((SELECT coalesce(sum(v::float8), 0) FROM jsonb_each_text(given -> 'target') e (k, v)) - 1) > 1e-9 THEN
        RETURN logic.problem(422, 'invalid', 'target shares must sum to 1');
    END IF;
    INSERT INTO debrief.study (programme_id, study_id, name, kind, starts_on, ends_on, time_zone, anonymity,
                               destinations, purposes, target, note)
    VALUES (programme, chosen, given ->> 'name', coalesce(given ->> 'kind', 'trip'), (given ->> 'starts_on')::date,
            (given ->> 'ends_on')::date, coalesce(given ->> 'time_zone', 'Europe/Stockholm'),
            coalesce(given ->> 'anonymity', 'pseudonymous'),
            coalesce(given -> 'destinations', '[]'), coalesce(given -> 'purposes', '[]'), given -> 'target',
            coalesce(given ->> 'note', ''))
    ON CONFLICT DO NOTHING RETURNING * INTO stored;
    IF FOUND THEN
        INSERT INTO debrief.job (programme_id, job_id, study_id, kind, local_time, next_run_at)
        VALUES (programme, gen_random_uuid(), chosen, 'refresh', NULL, 'infinity'),
               (programme, gen_random_uuid(), chosen, 'verify', verify_at,
                logic.next_local(verify_at, stored.time_zone, now())),
               (programme, gen_random_uuid(), chosen, 'mail', NULL, 'infinity');
        PERFORM logic.mark_stale(programme, chosen);
        RETURN ROW(201, logic.study_json(stored))::logic.answer;
    END IF;
    SELECT * INTO stored FROM debrief.study s WHERE s.programme_id = programme AND s.study_id = chosen;
    RETURN logic.taken(stored.name = given ->> 'name'
                       AND stored.anonymity = coalesce(given ->> 'anonymity', 'pseudonymous'),
                       logic.study_json(stored), 'another study has this id');
END
$$;

-- The first item that an anonymous answer cannot have, because it says who answers: ties to others, and promises that
-- one is asked about again. Null when there is none.
CREATE FUNCTION logic.telling_item(definition text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN (SELECT i.item ->> 'id' FROM jsonb_array_elements(definition::jsonb -> 'items') WITH ORDINALITY AS i (item, place)
        WHERE i.item ->> 'type' IN ('roster', 'contacts', 'commitments', 'commitment_status') ORDER BY i.place LIMIT 1);

-- Whether a study's answers are anonymous is what people were told when they were invited: it changes before that only.
-- Null when it may be as `wished`. Locks the waves, so that nobody answers meanwhile.
CREATE FUNCTION logic.anonymity_fault(programme uuid, study uuid, wished text) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    telling text;
BEGIN
    PERFORM FROM debrief.study s WHERE s.programme_id = programme AND s.study_id = study FOR UPDATE;
    PERFORM FROM debrief.wave w WHERE w.programme_id = programme AND w.study_id = study ORDER BY w.wave_id FOR UPDATE;
    IF EXISTS (SELECT FROM debrief.wave w WHERE w.programme_id = programme AND w.study_id = study
                 AND (w.closed_at IS NOT NULL
                      OR EXISTS (SELECT FROM debrief.invitation v
                                 WHERE v.programme_id = programme AND v.wave_id = w.wave_id)
                      OR EXISTS (SELECT FROM debrief.disposition o
                                 WHERE o.programme_id = programme AND o.wave_id = w.wave_id)
                      OR EXISTS (SELECT FROM debrief.evaluation e
                                 WHERE e.programme_id = programme AND e.wave_id = w.wave_id))) THEN
        RETURN logic.problem(409, 'invited', 'anonymity cannot change once somebody is invited or has answered');
    END IF;
    SELECT format('%s (%s)', logic.telling_item(v.definition), w.kind) INTO telling
    FROM debrief.wave w
    JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
        AND v.version = w.version
    WHERE w.programme_id = programme AND w.study_id = study AND logic.telling_item(v.definition) IS NOT NULL;
    IF wished = 'anonymous' AND telling IS NOT NULL THEN
        RETURN logic.problem(422, 'invalid', format('an answer to %s would say whose it is', telling));
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION logic.study_change(programme uuid, study uuid, given jsonb) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.study;
    fault logic.answer;
BEGIN
    IF EXISTS (SELECT FROM debrief.study s WHERE s.programme_id = programme AND s.study_id = study
                 AND s.anonymity <> given ->> 'anonymity') THEN
        fault := logic.anonymity_fault(programme, study, given ->> 'anonymity');
        IF fault.status IS NOT NULL THEN
            RETURN fault;
        END IF;
    END IF;
    UPDATE debrief.study s
    SET name = coalesce(given ->> 'name', s.name), note = coalesce(given ->> 'note', s.note),
        anonymity = coalesce(given ->> 'anonymity', s.anonymity),
        starts_on = coalesce((given ->> 'starts_on')::date, s.starts_on),
        ends_on = coalesce((given ->> 'ends_on')::date, s.ends_on),
        destinations = coalesce(given -> 'destinations', s.destinations),
        purposes = coalesce(given -> 'purposes', s.purposes)
    WHERE s.programme_id = programme AND s.study_id = study
      AND coalesce(coalesce((given ->> 'ends_on')::date, s.ends_on)
                   >= coalesce((given ->> 'starts_on')::date, s.starts_on), true)
    RETURNING * INTO stored;
    IF FOUND THEN
        UPDATE debrief.wave w SET is_anonymous = NOT w.is_anonymous
        WHERE w.programme_id = programme AND w.study_id = study
          AND w.is_anonymous <> (stored.anonymity = 'anonymous');
        IF FOUND THEN
            PERFORM logic.mark_stale(programme, study);
            PERFORM pg_notify('debriefd_wave', programme::text);
        END IF;
        IF given ? 'name' THEN -- by which the comparison calls it
            PERFORM logic.mark_uncompared(programme, study);
        END IF;
        RETURN ROW(200, logic.study_json(stored))::logic.answer;
    END IF;
    IF EXISTS (SELECT FROM debrief.study s WHERE s.programme_id = programme AND s.study_id = study) THEN
        RETURN logic.problem(422, 'invalid', 'ends_on is before starts_on');
    END IF;
    RETURN logic.problem(404, 'not-found', 'no such study');
END
$$;

-- Stores who people are, and says only their pseudonyms. With the owner's rights: nobody who imports can read the
-- names back.
CREATE FUNCTION logic.persons_store(programme uuid, rows jsonb) RETURNS TABLE (reference text, person_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    INSERT INTO identity.person AS p (programme_id, person_id, reference, name, email, language)
    SELECT programme, gen_random_uuid(), g.reference, g.name, g.email, g.language
    FROM jsonb_to_recordset(rows) AS g (reference text, name text, email text, language text)
    ORDER BY g.reference -- so that two imports lock people in one order
    ON CONFLICT (programme_id, reference) DO UPDATE
    SET name = excluded.name, email = excluded.email, language = excluded.language
    RETURNING p.reference, p.person_id
$$;

-- `rows` is an array of {line, reference, name, email, language, sector, organisation, municipality, role,
-- is_staff, travelled, readmit}, already checked for shape. All or nothing: an unknown sector refuses the whole file, and
-- so does somebody who was erased and is not said to be known again.
-- Running it again changes nothing; a changed row is dated.
CREATE FUNCTION logic.delegates_import(programme uuid, study uuid, rows jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    faults jsonb;
    added integer;
    changed integer;
    total integer;
    readmitted bigint;
    moment timestamptz;
BEGIN
    -- Changes of one delegation come one after the other, and are dated in that order.
    PERFORM FROM debrief.study s WHERE s.programme_id = programme AND s.study_id = study FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such study');
    END IF;
    IF logic.is_archived(programme, study) THEN
        RETURN logic.problem(409, 'archived', 'the study is archived: its people and answers are gone');
    END IF;
    moment := clock_timestamp();
    CREATE TEMPORARY TABLE given ON COMMIT DROP AS
        SELECT * FROM jsonb_to_recordset(rows) AS r (line integer, reference text, name text, email text,
            language text, sector text, organisation text, municipality text, role text, is_staff boolean,
            travelled boolean, readmit boolean);
    SELECT jsonb_agg(jsonb_build_object('line', f.line, 'detail', f.detail) ORDER BY f.line) INTO faults
    FROM (SELECT g.line, format('sector "%s" is not one of: %s', g.sector, array_to_string(p.sectors, ', ')) AS detail
          FROM given g, debrief.programme p WHERE p.programme_id = programme AND g.sector <> ALL (p.sectors)
          UNION ALL
          SELECT g.line, 'the same person stands on an earlier line'
          FROM given g WHERE EXISTS (SELECT FROM given e WHERE e.reference = g.reference AND e.line < g.line)
          UNION ALL
          SELECT g.line, format('this person was erased on %s: take the line out, or say readmit', e.erased_on)
          FROM given g JOIN logic.persons_erased(programme, ARRAY(SELECT r.reference FROM given r)) e
              ON e.reference = g.reference
          WHERE g.readmit IS NOT TRUE) f;
    IF faults IS NOT NULL THEN
        DROP TABLE given;
        RETURN ROW(422, json_build_object('problem', 'invalid', 'detail', 'nothing was imported', 'lines', faults))::logic.answer;
    END IF;

    readmitted := logic.persons_readmit(programme, ARRAY(SELECT g.reference FROM given g WHERE g.readmit));
    CREATE TEMPORARY TABLE resolved ON COMMIT DROP AS
        SELECT g.*, p.person_id, d.participant_id AS known, d.participant_id IS NOT NULL
               AND (d.sector, d.organisation, d.municipality, d.role, d.is_staff, d.travelled)
                   IS NOT DISTINCT FROM (g.sector, g.organisation, g.municipality, g.role, g.is_staff, g.travelled)
               AS unchanged
        FROM given g
        JOIN logic.persons_store(programme, rows) p ON p.reference = g.reference
        LEFT JOIN debrief.delegate d ON d.programme_id = programme AND d.study_id = study
            AND d.person_id = p.person_id AND d.valid_until = 'infinity';
    UPDATE debrief.delegate d SET valid_until = moment
    FROM resolved r
    WHERE d.programme_id = programme AND d.study_id = study AND d.participant_id = r.known
      AND d.valid_until = 'infinity' AND NOT r.unchanged;
    GET DIAGNOSTICS changed = ROW_COUNT;
    INSERT INTO debrief.delegate (programme_id, study_id, participant_id, valid_from, person_id, sector, organisation,
                                  municipality, role, is_staff, travelled)
    SELECT programme, study, coalesce(r.known, gen_random_uuid()), moment, r.person_id, r.sector, r.organisation,
           r.municipality, r.role, r.is_staff, r.travelled
    FROM resolved r WHERE NOT r.unchanged;
    GET DIAGNOSTICS total = ROW_COUNT;
    added := total - changed;
    SELECT count(*) INTO total FROM given;
    DROP TABLE given, resolved;
    IF added + changed > 0 THEN
        PERFORM logic.mark_stale(programme, study);
        PERFORM pg_notify('debriefd_wave', programme::text);
    END IF;
    PERFORM logic.audit_append(programme, actor, 'delegates.imported', jsonb_build_object(
        'study', study, 'added', added, 'changed', changed, 'readmitted', readmitted));
    RETURN ROW(200, json_build_object('added', added, 'changed', changed, 'unchanged', total - added - changed))::logic.answer;
END
$$;

CREATE FUNCTION logic.delegate_json(d debrief.delegate) RETURNS json
LANGUAGE sql STABLE
RETURN json_build_object('id', (d).participant_id, 'person', (d).person_id, 'sector', (d).sector,
    'organisation', (d).organisation, 'municipality', (d).municipality, 'role', (d).role, 'is_staff', (d).is_staff,
    'travelled', (d).travelled, 'valid_from', logic.utc((d).valid_from));

CREATE FUNCTION logic.delegate_change(programme uuid, study uuid, participant uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    old debrief.delegate;
    new debrief.delegate;
BEGIN
    PERFORM FROM debrief.study s WHERE s.programme_id = programme AND s.study_id = study FOR NO KEY UPDATE;
    SELECT * INTO old FROM debrief.delegate d
    WHERE d.programme_id = programme AND d.study_id = study AND d.participant_id = participant
      AND d.valid_until = 'infinity';
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such delegate');
    END IF;
    IF given ? 'sector' AND NOT EXISTS (SELECT FROM debrief.programme p WHERE p.programme_id = programme
                                          AND given ->> 'sector' = ANY (p.sectors)) THEN
        RETURN logic.problem(422, 'invalid', 'sector is not one of the programme''s');
    END IF;
    new := old;
    new.sector := coalesce(given ->> 'sector', old.sector);
    new.organisation := coalesce(given ->> 'organisation', old.organisation);
    new.municipality := coalesce(given ->> 'municipality', old.municipality);
    new.role := coalesce(given ->> 'role', old.role);
    new.is_staff := coalesce((given ->> 'is_staff')::boolean, old.is_staff);
    new.travelled := coalesce((given ->> 'travelled')::boolean, old.travelled);
    IF new IS DISTINCT FROM old THEN
        new.valid_from := clock_timestamp();
        UPDATE debrief.delegate d SET valid_until = new.valid_from
        WHERE d.programme_id = programme AND d.study_id = study AND d.participant_id = participant
          AND d.valid_until = 'infinity';
        INSERT INTO debrief.delegate SELECT (new).*;
        PERFORM logic.audit_append(programme, actor, 'delegate.changed', given || jsonb_build_object(
            'study', study, 'participant', participant));
        PERFORM logic.mark_stale(programme, study);
        PERFORM pg_notify('debriefd_wave', programme::text);
    END IF;
    RETURN ROW(200, logic.delegate_json(new))::logic.answer;
END
$$;

CREATE FUNCTION logic.instrument_json(v debrief.instrument_version) RETURNS json
LANGUAGE sql STABLE
RETURN json_build_object('instrument', (v).instrument, 'version', (v).version, 'status', (v).status,
    'created_at', logic.utc((v).created_at), 'published_at', logic.utc((v).published_at));

-- A draft is replaced by the next draft; the same definition as the newest version is not stored again.
CREATE FUNCTION logic.instrument_draft(programme uuid, name text, document text, outline jsonb) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    newest debrief.instrument_version;
    stored debrief.instrument_version;
BEGIN
    PERFORM FROM debrief.programme p WHERE p.programme_id = programme FOR NO KEY UPDATE;
    SELECT * INTO newest FROM debrief.instrument_version v
    WHERE v.programme_id = programme AND v.instrument = name ORDER BY v.version DESC LIMIT 1;
    IF FOUND AND newest.definition = document THEN
        RETURN ROW(200, logic.instrument_json(newest))::logic.answer;
    END IF;
    IF FOUND AND newest.status = 'draft' THEN
        UPDATE debrief.instrument_version v SET definition = document, compiled = outline, created_at = now()
        WHERE v.programme_id = programme AND v.instrument = name AND v.version = newest.version
        RETURNING * INTO stored;
        RETURN ROW(200, logic.instrument_json(stored))::logic.answer;
    END IF;
    INSERT INTO debrief.instrument_version (programme_id, instrument, version, status, definition, compiled)
    VALUES (programme, name, coalesce(newest.version, 0) + 1, 'draft', document, outline) RETURNING * INTO stored;
    RETURN ROW(201, logic.instrument_json(stored))::logic.answer;
END
$$;

CREATE FUNCTION logic.instrument_publish(programme uuid, name text, numbered integer) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.instrument_version;
BEGIN
    UPDATE debrief.instrument_version v SET status = 'published', published_at = coalesce(v.published_at, now())
    WHERE v.programme_id = programme AND v.instrument = name AND v.version = numbered
      AND v.status IN ('draft', 'published')
    RETURNING * INTO stored;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such version, or it is retired');
    END IF;
    RETURN ROW(200, logic.instrument_json(stored))::logic.answer;
END
$$;

CREATE FUNCTION logic.instrument_retire(programme uuid, name text, numbered integer) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.instrument_version;
BEGIN
    UPDATE debrief.instrument_version v SET status = 'retired'
    WHERE v.programme_id = programme AND v.instrument = name AND v.version = numbered AND v.status <> 'draft'
    RETURNING * INTO stored;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such published version');
    END IF;
    RETURN ROW(200, logic.instrument_json(stored))::logic.answer;
END
$$;

CREATE FUNCTION logic.wave_state(w debrief.wave) RETURNS text
LANGUAGE sql STABLE
RETURN CASE WHEN (w).closed_at IS NOT NULL OR (w).closes_at <= now() THEN 'closed'
            WHEN (w).opens_at > now() THEN 'planned' ELSE 'open' END;

CREATE FUNCTION logic.wave_json(w debrief.wave) RETURNS json
LANGUAGE sql STABLE
RETURN json_build_object('id', (w).wave_id, 'study', (w).study_id, 'kind', (w).kind, 'instrument', (w).instrument,
    'version', (w).version, 'anonymity', CASE WHEN (w).is_anonymous THEN 'anonymous' ELSE 'pseudonymous' END,
    'state', logic.wave_state(w), 'opens_at', logic.utc((w).opens_at),
    'closes_at', logic.utc((w).closes_at), 'closed_at', logic.utc((w).closed_at),
    'released_at', logic.utc((w).released_at));

CREATE FUNCTION logic.wave_create(programme uuid, study uuid, given jsonb, made_id uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    chosen uuid := coalesce((given ->> 'id')::uuid, made_id);
    opening timestamptz := coalesce((given ->> 'opens_at')::timestamptz, now());
    closing timestamptz := (given ->> 'closes_at')::timestamptz;
    state text;
    hidden boolean;
    telling text;
    stored debrief.wave;
BEGIN
    SELECT s.anonymity = 'anonymous' INTO hidden FROM debrief.study s
    WHERE s.programme_id = programme AND s.study_id = study FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such study');
    END IF;
    IF logic.is_archived(programme, study) THEN
        RETURN logic.problem(409, 'archived', 'the study is archived: its people and answers are gone');
    END IF;
    SELECT v.status, logic.telling_item(v.definition) INTO state, telling FROM debrief.instrument_version v
    WHERE v.programme_id = programme AND v.instrument = given ->> 'instrument' AND v.version = (given ->> 'version')::integer;
    IF state IS DISTINCT FROM 'published' THEN
        RETURN logic.problem(422, 'invalid', 'instrument and version must name a published version');
    END IF;
    IF hidden AND telling IS NOT NULL THEN
        RETURN logic.problem(422, 'invalid', format('the study is anonymous: an answer to %s would say whose it is',
                                                    telling));
    END IF;
    IF closing <= opening THEN
        RETURN logic.problem(422, 'invalid', 'closes_at must be after opens_at');
    END IF;
    -- The facts of a study have room for eight (FACTS_WAVES_MAX).
    IF (SELECT count(*) FROM debrief.wave w WHERE w.programme_id = programme AND w.study_id = study
          AND w.kind <> given ->> 'kind') >= 8 THEN
        RETURN logic.problem(422, 'invalid', 'a study has at most 8 waves');
    END IF;
    INSERT INTO debrief.wave (programme_id, study_id, wave_id, kind, instrument, version, opens_at, closes_at,
                              is_anonymous)
    VALUES (programme, study, chosen, given ->> 'kind', given ->> 'instrument', (given ->> 'version')::integer,
            opening, closing, hidden)
    ON CONFLICT DO NOTHING RETURNING * INTO stored;
    IF FOUND THEN
        PERFORM logic.mark_stale(programme, study);
        RETURN ROW(201, logic.wave_json(stored))::logic.answer;
    END IF;
    SELECT * INTO stored FROM debrief.wave w WHERE w.programme_id = programme AND w.wave_id = chosen;
    RETURN logic.taken(stored.study_id = study AND stored.kind = given ->> 'kind'
                       AND stored.instrument = given ->> 'instrument' AND stored.version = (given ->> 'version')::integer,
                       logic.wave_json(stored), 'the study has a wave of this kind, or another wave has this id');
END
$$;

-- Opening, extending and, before the first release only, reopening.
CREATE FUNCTION logic.wave_change(programme uuid, wave uuid, given jsonb) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.wave;
    closing timestamptz;
BEGIN
    SELECT * INTO stored FROM debrief.wave w WHERE w.programme_id = programme AND w.wave_id = wave FOR UPDATE;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such wave');
    END IF;
    IF logic.is_archived(programme, stored.study_id) THEN
        RETURN logic.problem(409, 'archived', 'the study is archived: its people and answers are gone');
    END IF;
    IF stored.released_at IS NOT NULL THEN
        RETURN logic.problem(409, 'released', 'a wave cannot be changed after its first release');
    END IF;
    IF stored.is_anonymous AND stored.closed_at IS NOT NULL THEN
        RETURN logic.problem(409, 'closed', 'an anonymous wave has no links any more once it is closed');
    END IF;
    closing := CASE WHEN given ? 'closes_at' THEN (given ->> 'closes_at')::timestamptz ELSE stored.closes_at END;
    IF closing <= coalesce((given ->> 'opens_at')::timestamptz, stored.opens_at) THEN
        RETURN logic.problem(422, 'invalid', 'closes_at must be after opens_at');
    END IF;
    UPDATE debrief.wave w
    SET opens_at = coalesce((given ->> 'opens_at')::timestamptz, w.opens_at), closes_at = closing,
        closed_at = CASE WHEN given ? 'closes_at' AND coalesce(closing > now(), true) THEN NULL ELSE w.closed_at END
    WHERE w.programme_id = programme AND w.wave_id = wave RETURNING * INTO stored;
    PERFORM logic.mark_stale(programme, stored.study_id);
    PERFORM logic.mail_replan(programme, stored.study_id);
    RETURN ROW(200, logic.wave_json(stored))::logic.answer;
END
$$;

-- What closing a wave brings about, in its transaction and with its row locked.
CREATE FUNCTION logic.wave_closed(w debrief.wave) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF w.is_anonymous THEN
        PERFORM logic.anonymous_close(w.programme_id, w.wave_id);
    END IF;
    PERFORM logic.mark_stale(w.programme_id, w.study_id);
END
$$;

CREATE FUNCTION logic.wave_close(programme uuid, wave uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.wave;
BEGIN
    PERFORM FROM debrief.wave w WHERE w.programme_id = programme AND w.wave_id = wave FOR UPDATE;
    -- Not now(): answers may have been stored since this transaction began, while it waited for the lock.
    UPDATE debrief.wave w SET closed_at = coalesce(w.closed_at, clock_timestamp())
    WHERE w.programme_id = programme AND w.wave_id = wave RETURNING * INTO stored;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such wave');
    END IF;
    PERFORM logic.wave_closed(stored);
    RETURN ROW(200, logic.wave_json(stored))::logic.answer;
END
$$;

CREATE FUNCTION logic.invitations_create(programme uuid, wave uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    added integer;
    study uuid;
    hidden boolean;
BEGIN
    -- Whether it is anonymous cannot change meanwhile, and its pool is not spent while it is made.
    SELECT w.study_id, w.is_anonymous INTO study, hidden FROM debrief.wave w
    WHERE w.programme_id = programme AND w.wave_id = wave FOR UPDATE;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such wave');
    END IF;
    IF hidden THEN
        RETURN logic.anonymous_invite(programme, wave, actor);
    END IF;
    INSERT INTO debrief.invitation (programme_id, invitation_id, wave_id, participant_id)
    SELECT programme, gen_random_uuid(), wave, d.participant_id
    FROM debrief.delegate d
    WHERE d.programme_id = programme AND d.study_id = study AND d.valid_until = 'infinity'
      AND d.travelled AND NOT d.is_staff
    ON CONFLICT (programme_id, wave_id, participant_id) DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    PERFORM logic.audit_append(programme, actor, 'invitations.created', jsonb_build_object('wave', wave, 'added', added));
    RETURN ROW(200, json_build_object('added', added,
        'total', (SELECT count(*) FROM debrief.invitation v WHERE v.programme_id = programme AND v.wave_id = wave)))::logic.answer;
END
$$;

-- A new generation ends every earlier link of this invitation.
CREATE FUNCTION logic.invitation_change(programme uuid, invitation uuid, revoke boolean, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.invitation;
BEGIN
    UPDATE debrief.invitation v
    SET revoked_at = CASE WHEN revoke THEN coalesce(v.revoked_at, now()) END,
        generation = v.generation + CASE WHEN revoke THEN 0 ELSE 1 END
    WHERE v.programme_id = programme AND v.invitation_id = invitation AND v.generation < 32000
      AND v.participant_id IS NOT NULL RETURNING * INTO stored;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such invitation');
    END IF;
    PERFORM logic.audit_append(programme, actor, CASE WHEN revoke THEN 'invitation.revoked' ELSE 'invitation.rotated' END,
                               jsonb_build_object('invitation', invitation));
    RETURN ROW(200, json_build_object('id', stored.invitation_id, 'participant', stored.participant_id,
        'generation', stored.generation, 'revoked_at', logic.utc(stored.revoked_at)))::logic.answer;
END
$$;

CREATE FUNCTION logic.disposition_set(programme uuid, wave uuid, participant uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    study uuid;
    hidden boolean;
BEGIN
    SELECT w.study_id, w.is_anonymous INTO study, hidden FROM debrief.wave w
    JOIN debrief.delegate d ON d.programme_id = w.programme_id AND d.study_id = w.study_id
        AND d.participant_id = participant AND d.valid_until = 'infinity'
    WHERE w.programme_id = programme AND w.wave_id = wave FOR SHARE OF w;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such wave, or no such delegate in its study');
    END IF;
    IF hidden THEN
        RETURN logic.problem(409, 'anonymous', 'in an anonymous wave nobody knows who answered');
    END IF;
    INSERT INTO debrief.disposition (programme_id, wave_id, participant_id, code)
    VALUES (programme, wave, participant, given ->> 'code')
    ON CONFLICT (programme_id, wave_id, participant_id) DO UPDATE SET code = excluded.code, set_at = now();
    PERFORM logic.audit_append(programme, actor, 'disposition.set',
        jsonb_build_object('wave', wave, 'participant', participant, 'code', given ->> 'code'));
    PERFORM logic.mark_stale(programme, study);
    RETURN ROW(200, json_build_object('wave', wave, 'participant', participant, 'code', given ->> 'code'))::logic.answer;
END
$$;

-- All or nothing; what is set already stays as it is.
CREATE FUNCTION logic.dispositions_set(programme uuid, wave uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    study uuid;
    hidden boolean;
    stranger uuid;
    changed integer;
    total integer := jsonb_array_length(given -> 'dispositions');
BEGIN
    SELECT w.study_id, w.is_anonymous INTO study, hidden FROM debrief.wave w
    WHERE w.programme_id = programme AND w.wave_id = wave FOR SHARE;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such wave');
    END IF;
    IF hidden THEN
        RETURN logic.problem(409, 'anonymous', 'in an anonymous wave nobody knows who answered');
    END IF;
    IF total > (SELECT count(DISTINCT g ->> 'participant') FROM jsonb_array_elements(given -> 'dispositions') g) THEN
        RETURN logic.problem(422, 'invalid', 'a participant stands there twice');
    END IF;
    SELECT g.participant INTO stranger FROM jsonb_to_recordset(given -> 'dispositions') AS g (participant uuid)
    WHERE NOT EXISTS (SELECT FROM debrief.delegate d WHERE d.programme_id = programme AND d.study_id = study
                        AND d.participant_id = g.participant AND d.valid_until = 'infinity')
    LIMIT 1;
    IF FOUND THEN
        RETURN logic.problem(422, 'invalid', format('the study has no delegate %s', stranger));
    END IF;
    INSERT INTO debrief.disposition AS o (programme_id, wave_id, participant_id, code)
    SELECT programme, wave, g.participant, g.code
    FROM jsonb_to_recordset(given -> 'dispositions') AS g (participant uuid, code text)
    ORDER BY g.participant -- so that two calls lock people in one order
    ON CONFLICT (programme_id, wave_id, participant_id) DO UPDATE SET code = excluded.code, set_at = now()
    WHERE o.code <> excluded.code;
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF changed > 0 THEN
        PERFORM logic.audit_append(programme, actor, 'dispositions.set', given || jsonb_build_object('wave', wave));
        PERFORM logic.mark_stale(programme, study);
    END IF;
    RETURN ROW(200, json_build_object('wave', wave, 'set', changed, 'unchanged', total - changed))::logic.answer;
END
$$;

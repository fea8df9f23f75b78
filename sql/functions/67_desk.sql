-- What the desk shows at a glance. A wave's answers are those of its response rate, so that a page's numbers agree.

CREATE FUNCTION logic.desk_wave_json(w debrief.wave) RETURNS jsonb
LANGUAGE sql STABLE
RETURN logic.wave_json(w)::jsonb || jsonb_build_object(
    'invited', (SELECT count(*) FROM debrief.invitation v
                WHERE v.programme_id = (w).programme_id AND v.wave_id = (w).wave_id AND v.revoked_at IS NULL)) ||
    coalesce((SELECT jsonb_build_object('answered', m.n, 'eligible', m.population) FROM debrief.metric m
              WHERE m.programme_id = (w).programme_id AND m.study_id = (w).study_id AND m.family = 'response'
                AND m.wave = (w).kind AND m.metric = 'resp.RR2' AND m.slice = 'all'), '{}');

CREATE FUNCTION logic.desk_study_json(s debrief.study) RETURNS jsonb
LANGUAGE sql STABLE
RETURN logic.study_json(s)::jsonb || jsonb_build_object(
    'waves', (SELECT coalesce(jsonb_agg(logic.desk_wave_json(w) ORDER BY w.opens_at, w.kind), '[]')
              FROM debrief.wave w WHERE w.programme_id = (s).programme_id AND w.study_id = (s).study_id),
    'sectors', (SELECT coalesce(jsonb_object_agg(d.sector, d.n), '{}')
                FROM (SELECT d.sector, count(*) AS n FROM debrief.delegate d
                      WHERE d.programme_id = (s).programme_id AND d.study_id = (s).study_id
                        AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
                      GROUP BY d.sector) d));

-- Members that hold a local time ("2026-11-23T09:00") become times of the zone.
CREATE FUNCTION logic.desk_zoned(given jsonb, zone text) RETURNS jsonb
LANGUAGE sql STABLE
RETURN given || coalesce((
    SELECT jsonb_object_agg(m.key, logic.utc((m.value #>> '{}')::timestamp AT TIME ZONE zone))
    FROM jsonb_each(given) m
    WHERE m.key IN ('opens_at', 'closes_at', 'at') AND jsonb_typeof(m.value) = 'string'), '{}');

CREATE FUNCTION logic.desk_wave_dates(programme uuid, wave uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    zone text := (SELECT s.time_zone FROM debrief.wave w
                  JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
                  WHERE w.programme_id = programme AND w.wave_id = wave);
    answer logic.answer := logic.wave_change(programme, wave, logic.desk_zoned(given, zone));
BEGIN
    IF answer.status = 200 THEN
        PERFORM logic.audit_append(programme, actor, 'wave.dated', jsonb_build_object('wave', wave) || given);
    END IF;
    RETURN answer;
END
$$;

-- A study with its waves, all of it or nothing: {"study", "waves": [{"kind", "instrument", "definition", "compiled",
-- "opens_at", "closes_at"}]}, times of the study's zone. An instrument that the programme has published is used in its
-- newest version; else the given definition is published. The same again, known by the study's id, makes nothing.
CREATE FUNCTION logic.desk_study_create(programme uuid, given jsonb, verify_at time) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    made logic.answer;
    step logic.answer;
    wave jsonb;
    numbered integer;
BEGIN
    made := logic.study_create(programme, given -> 'study', NULL, verify_at);
    IF made.status <> 201 THEN
        RETURN made;
    END IF;
    FOR wave IN SELECT * FROM jsonb_array_elements(given -> 'waves') LOOP
        SELECT max(v.version) INTO numbered FROM debrief.instrument_version v
        WHERE v.programme_id = programme AND v.instrument = wave ->> 'instrument' AND v.status = 'published';
        IF numbered IS NULL THEN
            step := logic.instrument_draft(programme, wave ->> 'instrument', wave ->> 'definition', wave -> 'compiled');
            numbered := (step.body::jsonb ->> 'version')::integer;
            step := logic.instrument_publish(programme, wave ->> 'instrument', numbered);
        END IF;
        step := logic.wave_create(programme, (given #>> '{study,id}')::uuid,
            logic.desk_zoned(jsonb_build_object('kind', wave ->> 'kind', 'instrument', wave ->> 'instrument',
                'version', numbered, 'opens_at', wave -> 'opens_at', 'closes_at', wave -> 'closes_at'),
                coalesce(given #>> '{study,time_zone}', 'Europe/Stockholm')), gen_random_uuid());
        IF step.status >= 300 THEN
            RAISE EXCEPTION USING ERRCODE = 'P0001', MESSAGE = 'undo';
        END IF;
    END LOOP;
    RETURN made;
EXCEPTION WHEN raise_exception THEN
    RETURN step;
END
$$;

-- What a definition has under `part` (items, measures) of this id; null when there is none.
CREATE FUNCTION logic.definition_of(definition jsonb, part text, named text) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN (SELECT i FROM jsonb_array_elements(definition -> part) i WHERE i ->> 'id' = named LIMIT 1);

-- The newest release in brief: what everybody together said to each question of each wave.
CREATE FUNCTION logic.desk_results(programme uuid, study uuid) RETURNS logic.answer
LANGUAGE plpgsql STABLE AS $$
DECLARE
    newest debrief.release;
    waves json;
BEGIN
    SELECT * INTO newest FROM debrief.release r
    WHERE r.programme_id = programme AND r.study_id = study ORDER BY r.number DESC LIMIT 1;
    SELECT json_agg(json_build_object('kind', w.kind, 'results', (
               SELECT coalesce(json_agg(json_build_object('item', m.item, 'metric', m.metric, 'value', m.value, 'low', m.low,
                    'high', m.high, 'n', m.n, 'N', m.population,
                    'text', logic.definition_of(v.definition::jsonb, 'items', m.item) -> 'text',
                    'type', logic.definition_of(v.definition::jsonb, 'measures', m.item) ->> 'type')
                    ORDER BY m.position), '[]')
               FROM debrief.release_metric m
               WHERE m.programme_id = programme AND m.study_id = study AND m.number = newest.number AND m.wave = w.kind
                 AND m.slice = 'all' AND m.value IS NOT NULL AND m.metric IN ('mean', 'nps.score'))) ORDER BY w.opens_at)
    INTO waves
    FROM debrief.wave w
    JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
        AND v.version = w.version
    WHERE w.programme_id = programme AND w.study_id = study AND newest.withdrawn_at IS NULL;
    RETURN ROW(200, json_build_object('number', newest.number, 'released_at', logic.utc(newest.released_at),
        'withdrawn_reason', newest.withdrawn_reason, 'waves', coalesce(waves, '[]')))::logic.answer;
END
$$;

-- Whom a wave is sent to, by name, and what became of the latest invitation to each. Looking is on record. Who has
-- answered is not told, and so not who got a reminder or thanks: those go to some for that reason. With the owner's
-- rights, because names are in schema identity.
CREATE FUNCTION logic.desk_links(programme uuid, wave uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    asked debrief.wave;
    people json;
BEGIN
    SELECT * INTO asked FROM debrief.wave w WHERE w.programme_id = programme AND w.wave_id = wave;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such wave');
    END IF;
    SELECT json_agg(json_build_object('participant', d.participant_id, 'name', p.name, 'organisation', d.organisation,
               'has_address', p.email <> '', 'invitation', v.invitation_id, 'mail', m.mail) ORDER BY p.email <> '', lower(p.name))
    INTO people
    FROM debrief.delegate d
    JOIN identity.person p ON p.programme_id = d.programme_id AND p.person_id = d.person_id
    LEFT JOIN debrief.invitation v ON v.programme_id = programme AND v.wave_id = wave
        AND v.participant_id = d.participant_id AND v.revoked_at IS NULL
    LEFT JOIN LATERAL (
        SELECT json_build_object('kind', m.kind, 'state', m.state, 'error', m.last_error) AS mail
        FROM debrief.mail m
        WHERE m.programme_id = programme AND m.wave_id = wave AND m.person_id = d.person_id AND m.state <> 'withdrawn'
          AND m.kind = 'invitation' AND m.last_error IS DISTINCT FROM 'answered' -- which would tell it
        ORDER BY m.due_at DESC LIMIT 1) m ON true
    WHERE d.programme_id = programme AND d.study_id = asked.study_id AND d.valid_until = 'infinity'
      AND d.travelled AND NOT d.is_staff;
    PERFORM logic.audit_append(programme, actor, 'wave.people_read', jsonb_build_object('wave', wave));
    RETURN ROW(200, json_build_object('people', coalesce(people, '[]')))::logic.answer;
END
$$;

-- What one person's link is derived from, for whoever has no e-mail address. Looking is on record.
CREATE FUNCTION logic.desk_link(programme uuid, wave uuid, invitation uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    found jsonb;
BEGIN
    SELECT jsonb_build_object('invitation', v.invitation_id, 'generation', v.generation, 'name', p.name) INTO found
    FROM debrief.invitation v
    JOIN debrief.wave w ON w.programme_id = v.programme_id AND w.wave_id = v.wave_id
    JOIN debrief.delegate d ON d.programme_id = v.programme_id AND d.study_id = w.study_id
        AND d.participant_id = v.participant_id AND d.valid_until = 'infinity'
    JOIN identity.person p ON p.programme_id = d.programme_id AND p.person_id = d.person_id
    WHERE v.programme_id = programme AND v.wave_id = wave AND v.invitation_id = invitation AND v.revoked_at IS NULL;
    IF found IS NULL THEN
        RETURN logic.problem(404, 'not-found', 'no such invitation');
    END IF;
    PERFORM logic.audit_append(programme, actor, 'invitation.link_read', jsonb_build_object('invitation', invitation));
    RETURN ROW(200, found::text)::logic.answer;
END
$$;

-- The invitation as participants get it, to whoever asks; its link shows the form and takes no answer.
CREATE FUNCTION logic.desk_mail_test(programme uuid, wave uuid, account uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF (SELECT count(*) FROM debrief.mail m WHERE m.programme_id = programme AND m.account_id = account
          AND m.kind = 'invitation' AND m.created_at > now() - interval '1 hour') >= 10 THEN
        RETURN logic.problem(429, 'limited', 'ten tests an hour are enough');
    END IF;
    INSERT INTO debrief.mail (programme_id, mail_id, kind, study_id, wave_id, account_id, round, due_at)
    SELECT programme, gen_random_uuid(), 'invitation', w.study_id, wave, account, clock_timestamp(), now()
    FROM debrief.wave w WHERE w.programme_id = programme AND w.wave_id = wave;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such wave');
    END IF;
    PERFORM logic.audit_append(programme, account, 'mail.tested', jsonb_build_object('wave', wave));
    PERFORM pg_notify('debriefd_mail', programme::text);
    RETURN ROW(200, json_build_object('queued', 1))::logic.answer;
END
$$;

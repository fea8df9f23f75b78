-- Names for the organiser's desk. With the owner's rights: whoever runs the desk's statements reads no table of names, and
-- every look is on record.

CREATE FUNCTION logic.delegate_named_json(d debrief.delegate, p identity.person) RETURNS jsonb
LANGUAGE sql STABLE
RETURN logic.delegate_json(d)::jsonb || jsonb_build_object('name', (p).name, 'email', (p).email,
                                                           'language', (p).language);

-- Everybody of the study, or one participant, in the order of their names.
CREATE FUNCTION logic.delegation_named(programme uuid, study uuid, participant uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    found integer;
    told jsonb;
BEGIN
    SELECT count(*), coalesce(jsonb_agg(logic.delegate_named_json(d, p) ORDER BY lower(p.name), p.person_id), '[]')
    INTO found, told
    FROM debrief.delegate d JOIN identity.person p ON p.programme_id = d.programme_id AND p.person_id = d.person_id
    WHERE d.programme_id = programme AND d.study_id = study AND d.valid_until = 'infinity'
      AND (participant IS NULL OR d.participant_id = participant);
    IF participant IS NOT NULL AND found = 0 THEN
        RETURN logic.problem(404, 'not-found', 'no such delegate');
    END IF;
    IF found > 0 THEN
        PERFORM logic.audit_append(programme, actor, 'delegation.named', jsonb_build_object(
            'study', study, 'participant', participant, 'found', found));
    END IF;
    RETURN ROW(200, jsonb_build_object('delegates', told)::json)::logic.answer;
END
$$;

-- One who joins a delegation: as a table of that one, but an address that is known stays whose it is. With the owner's
-- rights, because names are compared.
CREATE FUNCTION logic.delegate_add(programme uuid, study uuid, rows jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    known identity.person;
BEGIN
    -- Two who are added at once are added one after the other.
    PERFORM FROM debrief.study s WHERE s.programme_id = programme AND s.study_id = study FOR NO KEY UPDATE;
    SELECT p.* INTO known FROM jsonb_to_recordset(rows) AS g (reference text)
    JOIN identity.person p ON p.programme_id = programme AND p.reference = g.reference;
    IF known.name <> '' AND lower(known.name) <> lower(rows -> 0 ->> 'name') THEN
        RETURN logic.problem(409, 'conflict', 'somebody else has this e-mail address');
    END IF;
    IF EXISTS (SELECT FROM debrief.delegate d WHERE d.programme_id = programme AND d.study_id = study
               AND d.person_id = known.person_id AND d.valid_until = 'infinity') THEN
        RETURN logic.problem(409, 'present', 'this person is in the delegation already');
    END IF;
    RETURN logic.delegates_import(programme, study, rows, actor);
END
$$;

-- A name that was misspelt, an address that did not work. Whose reference is the address keeps being found by it.
CREATE FUNCTION logic.person_change(programme uuid, person uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    old identity.person;
    named text;
    address text := coalesce(given ->> 'email', '');
BEGIN
    SELECT * INTO old FROM identity.person p
    WHERE p.programme_id = programme AND p.person_id = person FOR UPDATE;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such person');
    END IF;
    named := CASE WHEN old.reference = lower(old.email) AND address <> '' THEN lower(address) ELSE old.reference END;
    IF EXISTS (SELECT FROM identity.person p WHERE p.programme_id = programme AND p.reference = named
               AND p.person_id <> person) THEN
        RETURN logic.problem(409, 'conflict', 'somebody else has this e-mail address');
    END IF;
    UPDATE identity.person p
    SET name = given ->> 'name', email = address, language = given ->> 'language', reference = named
    WHERE p.programme_id = programme AND p.person_id = person;
    -- What changed, not to what.
    PERFORM logic.audit_append(programme, actor, 'person.changed', jsonb_build_object('person', person,
        'name', old.name <> given ->> 'name', 'email', old.email <> address, 'language', old.language <> given ->> 'language'));
    RETURN ROW(200, json_build_object('person', person))::logic.answer;
END
$$;

-- Who somebody is, and where they take part.
CREATE FUNCTION logic.person_named(programme uuid, person uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    told jsonb;
BEGIN
    SELECT jsonb_build_object('id', p.person_id, 'name', p.name, 'email', p.email, 'language', p.language,
        'reference', p.reference, 'studies', (
            SELECT coalesce(jsonb_agg(jsonb_build_object('study', s.study_id, 'name', s.name, 'participant', d.participant_id)
                                      ORDER BY s.starts_on, s.name, s.study_id), '[]')
            FROM debrief.delegate d JOIN debrief.study s ON s.programme_id = d.programme_id AND s.study_id = d.study_id
            WHERE d.programme_id = programme AND d.person_id = person AND d.valid_until = 'infinity'))
    INTO told FROM identity.person p WHERE p.programme_id = programme AND p.person_id = person;
    IF told IS NULL THEN
        RETURN logic.problem(404, 'not-found', 'no such person, or erased already');
    END IF;
    PERFORM logic.audit_append(programme, actor, 'person.named', jsonb_build_object('person', person));
    RETURN ROW(200, told::json)::logic.answer;
END
$$;

-- The audit trail from its end, for reading: audit_list goes from its beginning, for keeping.
CREATE FUNCTION logic.audit_recent(programme uuid, known bigint, most integer, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM logic.audit_append(programme, actor, 'audit.read', jsonb_build_object('before', known));
    RETURN (SELECT ROW(200, json_build_object(
            'records', coalesce(json_agg(json_build_object('number', l.number, 'at', logic.utc(l.at),
                'action', l.said ->> 'action', 'actor', logic.actor_label(programme, (l.said ->> 'actor')::uuid),
                'detail', l.said -> 'detail', 'erased', l.said IS NULL)
                ORDER BY l.number DESC), '[]'),
            'next', CASE WHEN count(*) = most THEN min(l.number) END)::text)::logic.answer
        FROM (SELECT a.number, a.at, r.record::jsonb AS said FROM debrief.audit a
              LEFT JOIN debrief.audit_record r ON r.programme_id = a.programme_id AND r.number = a.number
              WHERE a.programme_id = programme AND (known IS NULL OR a.number < known)
              ORDER BY a.number DESC LIMIT most) l);
END
$$;

-- What the desk needs to show a wave's questionnaire: as everybody sees it, or to enter one participant's answers from
-- paper.
CREATE FUNCTION logic.desk_form(programme uuid, study uuid, wave uuid, participant uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    told jsonb;
BEGIN
    SELECT jsonb_build_object('study', s.name, 'kind', w.kind, 'anonymity', s.anonymity,
        'is_closed', w.closed_at IS NOT NULL OR coalesce(w.closes_at <= now(), false),
        'is_open', w.opens_at <= now(),
        'name', (SELECT p.name FROM debrief.delegate d
                 JOIN identity.person p ON p.programme_id = d.programme_id AND p.person_id = d.person_id
                 WHERE d.programme_id = programme AND d.study_id = study AND d.participant_id = participant
                   AND d.valid_until = 'infinity'),
        'has_answered', logic.latest_evaluation(programme, wave, participant) IS NOT NULL,
        'commitments', logic.own_commitments(programme, study, wave, participant)::jsonb,
        'people', (SELECT coalesce(jsonb_agg(jsonb_build_object('participant', d.participant_id, 'name', p.name,
                                                               'organisation', d.organisation)
                                            ORDER BY lower(d.organisation), lower(p.name), d.participant_id), '[]')
                   FROM debrief.delegate d
                   JOIN identity.person p ON p.programme_id = d.programme_id AND p.person_id = d.person_id
                   WHERE d.programme_id = programme AND d.study_id = study AND d.valid_until = 'infinity'
                     AND d.travelled AND NOT d.is_staff))
    INTO told
    FROM debrief.wave w JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
    WHERE w.programme_id = programme AND w.study_id = study AND w.wave_id = wave;
    IF told IS NULL OR (participant IS NOT NULL AND told ->> 'name' IS NULL) THEN
        RETURN logic.problem(404, 'not-found', 'no such wave, or no such delegate in its study');
    END IF;
    PERFORM logic.audit_append(programme, actor, 'delegation.named', jsonb_build_object(
        'study', study, 'wave', wave, 'participant', participant, 'found', jsonb_array_length(told -> 'people')));
    RETURN ROW(200, told::json)::logic.answer;
END
$$;

-- How many things, by their value, of {"who","value"}: a value of fewer than five people stands together with others like
-- it; when that would still be a handful, nothing is told by value. Null: there are not five people at all.
CREATE FUNCTION logic.counted_together(given jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    WITH one AS (SELECT g ->> 'who' AS who, g ->> 'value' AS value FROM jsonb_array_elements(given) g),
    by_value AS (SELECT o.value, count(*) AS n, count(DISTINCT o.who) AS people FROM one o GROUP BY o.value),
    rest AS (SELECT count(*) AS n, count(DISTINCT o.who) AS people
             FROM one o JOIN by_value b ON b.value = o.value WHERE b.people < 5)
    SELECT CASE WHEN (SELECT count(DISTINCT o.who) FROM one o) < 5 THEN NULL
                WHEN r.people BETWEEN 1 AND 4 THEN '[]'
                ELSE coalesce((SELECT jsonb_agg(jsonb_build_object('value', b.value, 'n', b.n) ORDER BY b.value)
                               FROM by_value b WHERE b.people >= 5), '[]')
                     || CASE WHEN r.n > 0 THEN jsonb_build_array(jsonb_build_object('value', NULL, 'n', r.n)) ELSE '[]' END
           END
    FROM rest r
$$;

-- What people of the study said they would do, and what became of it: with names where they agreed to that; of all others
-- counts only, from closed waves only, so that no single answer is seen to come in.
CREATE FUNCTION logic.commitments_board(programme uuid, study uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    named jsonb;
    others jsonb;
BEGIN
    IF NOT EXISTS (SELECT FROM debrief.study s WHERE s.programme_id = programme AND s.study_id = study) THEN
        RETURN logic.problem(404, 'not-found', 'no such study');
    END IF;
    WITH answer AS (
        SELECT w.opens_at, w.closed_at IS NOT NULL AS is_closed, v.compiled -> 'texts' AS asked, e.participant_id,
               coalesce(e.participant_id, e.evaluation_id) AS who, e.texts::jsonb AS told
        FROM debrief.wave w
        JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
            AND v.version = w.version
        JOIN debrief.evaluation e ON e.programme_id = w.programme_id AND e.wave_id = w.wave_id
        WHERE w.programme_id = programme AND w.study_id = study AND NOT EXISTS (
            SELECT FROM debrief.evaluation n WHERE n.programme_id = e.programme_id AND n.wave_id = e.wave_id
            AND n.replaces = e.evaluation_id)
    ), made AS (
        SELECT a.who, a.participant_id, a.is_closed, c.entry, coalesce((c.entry ->> 'named')::boolean, false) AS is_named
        FROM answer a CROSS JOIN LATERAL jsonb_array_elements(a.asked) q (item)
        CROSS JOIN LATERAL jsonb_array_elements(a.told -> (q.item ->> 'item')) c (entry)
        WHERE q.item ->> 'type' = 'commitments'
    ), status AS (
        SELECT a.who, a.opens_at, a.is_closed, s.id, s.status
        FROM answer a CROSS JOIN LATERAL jsonb_array_elements(a.asked) q (item)
        CROSS JOIN LATERAL jsonb_each_text(a.told -> (q.item ->> 'item')) s (id, status)
        WHERE q.item ->> 'type' = 'commitment_status'
    ), followed AS (
        SELECT m.*, coalesce((SELECT s.status FROM status s WHERE s.who = m.who AND s.id = m.entry ->> 'id'
                                AND (s.is_closed OR m.is_named) ORDER BY s.opens_at DESC LIMIT 1), 'not_asked') AS status
        FROM made m WHERE m.is_named OR m.is_closed
    )
    SELECT (SELECT jsonb_agg(jsonb_build_object('name', p.name, 'organisation', d.organisation, 'text', f.entry ->> 'text',
                'level', f.entry ->> 'level', 'due', f.entry ->> 'due', 'audience', f.entry ->> 'audience',
                'status', f.status) ORDER BY f.entry ->> 'due', lower(p.name), f.entry ->> 'id')
            FROM followed f
            JOIN debrief.delegate d ON d.programme_id = programme AND d.study_id = study
                AND d.participant_id = f.participant_id AND d.valid_until = 'infinity'
            JOIN identity.person p ON p.programme_id = programme AND p.person_id = d.person_id
            WHERE f.is_named),
           jsonb_build_object(
               'all', logic.counted_together(jsonb_agg(jsonb_build_object('who', f.who, 'value', 'all'))
                                             FILTER (WHERE NOT f.is_named)),
               'status', logic.counted_together(jsonb_agg(jsonb_build_object('who', f.who, 'value', f.status))
                                                FILTER (WHERE NOT f.is_named)),
               'level', logic.counted_together(jsonb_agg(jsonb_build_object('who', f.who, 'value', f.entry ->> 'level'))
                                               FILTER (WHERE NOT f.is_named)),
               'due', logic.counted_together(jsonb_agg(jsonb_build_object('who', f.who,
                          'value', coalesce(f.entry ->> 'due', 'never'))) FILTER (WHERE NOT f.is_named)))
    INTO named, others FROM followed f;
    IF named IS NOT NULL THEN
        PERFORM logic.audit_append(programme, actor, 'commitments.named', jsonb_build_object(
            'study', study, 'found', jsonb_array_length(named)));
    END IF;
    RETURN ROW(200, jsonb_build_object('named', coalesce(named, '[]'), 'others', others)::json)::logic.answer;
END
$$;

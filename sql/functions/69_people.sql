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

-- What participants agree to before their first answer: a text a wave and language, plain, paragraphs separated by an
-- empty line. Its hash is its version, so that a text that was changed is asked about again.

CREATE FUNCTION logic.consent_default(anonymity text, language text, programme text, months integer) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN language = 'sv' THEN concat_ws(E'\n\n',
    format('%s samlar in dina svar för att utvärdera resan. Det är frivilligt att svara, och du kan hoppa över frågor.',
           programme),
    CASE WHEN anonymity = 'anonymous' THEN
        'Du svarar anonymt: ingen kan se vem som har svarat vad. Därför kan ditt svar inte heller ändras eller raderas '
        'efteråt.'
    ELSE
        'Ditt svar sparas under en pseudonym, skilt från ditt namn, så att det kan jämföras med vad du svarar vid andra '
        'tillfällen. Det som publiceras säger inget om en enskild person. Du kan ändra ditt svar tills enkäten stänger, få ut allt som '
        'finns sparat om dig och få det raderat.' END,
    CASE WHEN anonymity <> 'anonymous' AND months IS NOT NULL THEN
        format('Svar och personuppgifter raderas %s månader efter resan.', months) END)
ELSE concat_ws(E'\n\n',
    format('%s collects your answers in order to evaluate the trip. Answering is voluntary, and you may skip questions.',
           programme),
    CASE WHEN anonymity = 'anonymous' THEN
        'You answer anonymously: nobody can see who answered what. Therefore your answer cannot be changed or erased later.'
    ELSE
        'Your answer is kept under a pseudonym, apart from your name, so that it can be compared with what you answer at '
        'other times. What is published says nothing about a single person. You can change your answer until the survey closes, '
        'get all that is kept about you, and have it erased.' END,
    CASE WHEN anonymity <> 'anonymous' AND months IS NOT NULL THEN
        format('Answers and personal data are erased %s months after the trip.', months) END)
END;

-- The text that a wave shows in a language; where the wave has its own texts but not in this language, the other one.
CREATE FUNCTION logic.consent_text(programme uuid, wave uuid, spoken text) RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT coalesce(w.consent ->> CASE WHEN spoken = 'sv' THEN 'sv' ELSE 'en' END, w.consent ->> 'sv',
                        w.consent ->> 'en',
                        logic.consent_default(s.anonymity, spoken, p.name, p.retention_months))
        FROM debrief.wave w
        JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
        JOIN debrief.programme p ON p.programme_id = w.programme_id
        WHERE w.programme_id = programme AND w.wave_id = wave);

CREATE FUNCTION logic.consent_hash(shown text) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(convert_to(shown, 'UTF8'));

-- What to show to who holds the invitation (null: a preview), and whether they agreed to this text already. With the
-- owner's rights: who asks reads nobody else's consent.
CREATE FUNCTION logic.consent_state(programme uuid, wave uuid, invitation uuid, held smallint, spoken text)
RETURNS TABLE (text text, hash text, is_accepted boolean, is_anonymous boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT t.shown, encode(logic.consent_hash(t.shown), 'hex'), EXISTS (
               SELECT FROM debrief.invitation v
               JOIN debrief.consent c ON c.programme_id = v.programme_id AND c.wave_id = v.wave_id
                   AND c.participant_id = v.participant_id AND c.text_hash = logic.consent_hash(t.shown)
               WHERE v.programme_id = programme AND v.wave_id = wave AND v.invitation_id = invitation
                 AND v.generation = held AND v.revoked_at IS NULL),
           s.anonymity = 'anonymous'
    FROM debrief.wave w
    JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
    CROSS JOIN LATERAL (SELECT logic.consent_text(programme, wave, spoken) AS shown) t
    WHERE w.programme_id = programme AND w.wave_id = wave
$$;

-- Keeps that the text that was shown is agreed to. In anonymous mode nothing is kept of anybody.
CREATE FUNCTION logic.consent_accept(programme uuid, wave uuid, invitation uuid, held smallint, spoken text,
                                     shown_hash text) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    shown text := logic.consent_text(programme, wave, spoken);
    hashed bytea := logic.consent_hash(shown);
    participant uuid;
BEGIN
    IF shown IS NULL THEN
        RETURN logic.problem(404, 'not-found', 'no such wave');
    END IF;
    IF encode(hashed, 'hex') IS DISTINCT FROM shown_hash THEN
        RETURN logic.problem(409, 'text-changed', 'the text has changed: read it again');
    END IF;
    IF EXISTS (SELECT FROM debrief.wave w
               JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
               WHERE w.programme_id = programme AND w.wave_id = wave AND s.anonymity = 'anonymous') THEN
        RETURN ROW(200, '{"recorded":false}')::logic.answer;
    END IF;
    -- An erasure deletes the invitation: nothing of the person is written after it. It has the wave first.
    PERFORM FROM debrief.wave w WHERE w.programme_id = programme AND w.wave_id = wave FOR KEY SHARE;
    SELECT v.participant_id INTO participant FROM debrief.invitation v
    WHERE v.programme_id = programme AND v.wave_id = wave AND v.invitation_id = invitation AND v.generation = held
      AND v.revoked_at IS NULL AND v.participant_id IS NOT NULL
    FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN logic.problem(403, 'invitation', 'this invitation is not for this wave, or is revoked');
    END IF;
    INSERT INTO debrief.consent_text (programme_id, text_hash, language, text)
    VALUES (programme, hashed, CASE WHEN spoken = 'sv' THEN 'sv' ELSE 'en' END, shown) ON CONFLICT DO NOTHING;
    INSERT INTO debrief.consent (programme_id, wave_id, participant_id, text_hash)
    VALUES (programme, wave, participant, hashed) ON CONFLICT DO NOTHING;
    RETURN ROW(200, '{"recorded":true}')::logic.answer;
END
$$;

CREATE FUNCTION logic.wave_consent(programme uuid, wave uuid) RETURNS logic.answer
LANGUAGE sql STABLE AS $$
    SELECT ROW(200, json_build_object('wave', wave, 'is_default', w.consent IS NULL,
        'texts', json_build_object('sv', t.sv, 'en', t.en),
        'hashes', json_build_object('sv', encode(logic.consent_hash(t.sv), 'hex'),
                                    'en', encode(logic.consent_hash(t.en), 'hex')))::text)::logic.answer
    FROM debrief.wave w
    CROSS JOIN LATERAL (SELECT logic.consent_text(programme, wave, 'sv') AS sv,
                               logic.consent_text(programme, wave, 'en') AS en) t
    WHERE w.programme_id = programme AND w.wave_id = wave
$$;

-- Without texts the default is shown again. Who agreed to another text is asked again.
CREATE FUNCTION logic.wave_consent_set(programme uuid, wave uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    texts jsonb := CASE WHEN given <> '{}' THEN given END;
BEGIN
    UPDATE debrief.wave w SET consent = texts WHERE w.programme_id = programme AND w.wave_id = wave;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such wave');
    END IF;
    PERFORM logic.audit_append(programme, actor, 'consent.text_set', jsonb_build_object('wave', wave, 'texts', texts));
    RETURN logic.wave_consent(programme, wave);
END
$$;

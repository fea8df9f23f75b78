-- Mail. Who somebody is, is joined with the owner's rights here, and given to `work` alone, when it sends.
--
-- A mail is made once (programme, wave, person, kind, round), claimed, sent, marked. The claim is committed before the
-- server is spoken to and the mark after it accepted the mail, both for good (synchronous_commit), so that a mail is
-- sent at least once, and again only when it was accepted and its mark was not committed: a crash in between, or an
-- acceptance that never arrived here. SMTP knows no name for a transaction by which to ask what became of it (RFC 1047);
-- the second mail has the Message-ID of the first, by which a receiver can tell.

-- What can be written in an envelope as it is: no quoting, no comments, no other alphabet (RFC 5321 4.1.2, 6531).
CREATE FUNCTION logic.mail_is_address(email text) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN length(email) <= 254 AND email ~ '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$';

-- A server's words without the addresses that they may repeat.
CREATE FUNCTION logic.mail_words(said text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN left(regexp_replace(said, '[^\s<>"'':;,]+@[^\s<>"'':;,]+', '(address)', 'g'), 300);

CREATE FUNCTION logic.mail_is_answered(programme uuid, wave uuid, participant uuid) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM debrief.evaluation e WHERE e.programme_id = programme AND e.wave_id = wave
               AND e.participant_id = participant AND e.replaces IS NULL);

CREATE FUNCTION logic.mail_person_obstacle(p identity.person) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN (p).person_id IS NULL THEN 'erased'
            WHEN NOT logic.mail_is_address((p).email) THEN 'no_address'
            WHEN (p).email = (p).failing_address THEN 'failing_address'
            WHEN (p).unsubscribed_at IS NOT NULL THEN 'unsubscribed' END;

-- The anonymous link's token in hexadecimal; null once the wave's secret is gone.
CREATE FUNCTION logic.mail_token(programme uuid, wave uuid, participant uuid) RETURNS text
LANGUAGE sql STABLE
RETURN encode(logic.anonymous_token(programme, wave, participant), 'hex');

-- Why a person is not to get a mail about a wave now, or null. Nobody is reminded who has answered or declined, as far
-- as it is known: in anonymous mode it is not, and invitations name nobody.
CREATE FUNCTION logic.mail_obstacle(programme uuid, wave uuid, letter text, person uuid) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN logic.mail_person_obstacle(p) IS NOT NULL THEN logic.mail_person_obstacle(p)
        WHEN d.participant_id IS NULL OR d.is_staff OR NOT d.travelled THEN 'not_of_the_delegation'
        WHEN letter <> 'thanks' AND logic.wave_state(w) = 'closed' THEN 'closed'
        WHEN s.anonymity = 'anonymous' AND letter = 'invitation' AND logic.mail_token(programme, wave, d.participant_id) IS NULL
            THEN 'links_gone'
        WHEN s.anonymity = 'anonymous' THEN NULL
        WHEN v.invitation_id IS NULL THEN 'not_invited'
        WHEN letter = 'thanks' THEN NULL
        WHEN v.revoked_at IS NOT NULL THEN 'revoked'
        WHEN logic.mail_is_answered(programme, wave, d.participant_id) THEN 'answered'
        WHEN letter <> 'invitation' AND o.code IN ('R', 'NE') THEN 'declined' END
    FROM debrief.wave w
    JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
    LEFT JOIN identity.person p ON p.programme_id = w.programme_id AND p.person_id = person
    LEFT JOIN debrief.delegate d ON d.programme_id = w.programme_id AND d.study_id = w.study_id
        AND d.person_id = person AND d.valid_until = 'infinity'
    LEFT JOIN debrief.invitation v ON v.programme_id = w.programme_id AND v.wave_id = w.wave_id
        AND v.participant_id = d.participant_id
    LEFT JOIN debrief.disposition o ON o.programme_id = w.programme_id AND o.wave_id = w.wave_id
        AND o.participant_id = d.participant_id
    WHERE w.programme_id = programme AND w.wave_id = wave
$$;

CREATE FUNCTION logic.mails_max(programme uuid, wave uuid) RETURNS integer
LANGUAGE sql STABLE
RETURN coalesce((SELECT p.mails_max FROM debrief.mail_plan p WHERE p.programme_id = programme AND p.wave_id = wave), 4);

-- Why one more mail would be too many: the organiser's limit for a person and wave, and one of a kind within 20 hours.
CREATE FUNCTION logic.mail_excess(programme uuid, wave uuid, letter text, person uuid, at timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN bool_or(m.kind = letter AND m.state <> 'bounced'
                             AND abs(extract(epoch FROM coalesce(m.sent_at, m.due_at) - at)) < 20 * 3600) THEN 'recent'
                WHEN count(m.mail_id) >= logic.mails_max(programme, wave) THEN 'limit' END
    FROM debrief.mail m
    WHERE m.programme_id = programme AND m.wave_id = wave AND m.person_id = person
      AND m.state IN ('queued', 'claimed', 'sent', 'bounced')
$$;

-- Makes the mails of one kind: `addressed` is waiting (not invited by mail yet, or not answered), everybody, answered, or
-- a participant. Says how many, and by reason how many not.
CREATE FUNCTION logic.mail_make(programme uuid, wave uuid, letter text, addressed text, at timestamptz) RETURNS jsonb
LANGUAGE sql AS $$
    WITH candidate AS MATERIALIZED (
        SELECT d.person_id, w.study_id, CASE
            WHEN addressed = 'answered' AND NOT logic.mail_is_answered(programme, wave, d.participant_id) THEN 'not_answered'
            WHEN addressed = 'waiting' AND letter = 'invitation' AND EXISTS (
                SELECT FROM debrief.mail m WHERE m.programme_id = programme AND m.wave_id = wave
                  AND m.person_id = d.person_id AND m.kind = 'invitation'
                  AND m.state IN ('queued', 'claimed', 'sent')) THEN 'invited_before'
            ELSE coalesce(logic.mail_obstacle(programme, wave, letter, d.person_id),
                          logic.mail_excess(programme, wave, letter, d.person_id, at)) END AS obstacle
        FROM debrief.wave w
        JOIN debrief.delegate d ON d.programme_id = w.programme_id AND d.study_id = w.study_id
            AND d.valid_until = 'infinity'
        WHERE w.programme_id = programme AND w.wave_id = wave
          AND CASE WHEN addressed IN ('waiting', 'everybody', 'answered') THEN d.travelled AND NOT d.is_staff
                   ELSE d.participant_id = addressed::uuid END
    ), made AS (
        INSERT INTO debrief.mail (programme_id, mail_id, kind, study_id, wave_id, person_id, round, due_at)
        SELECT programme, gen_random_uuid(), letter, c.study_id, wave, c.person_id, at, at
        FROM candidate c WHERE c.obstacle IS NULL
        ON CONFLICT DO NOTHING RETURNING mail_id
    ), counted AS (
        SELECT c.obstacle, count(*) AS n FROM candidate c WHERE c.obstacle IS NOT NULL GROUP BY c.obstacle
    )
    SELECT jsonb_build_object('queued', (SELECT count(*) FROM made),
                              'skipped', coalesce((SELECT jsonb_object_agg(n.obstacle, n.n) FROM counted n), '{}'),
                              'addressed', (SELECT count(*) FROM candidate))
$$;

-- What the obstacles are called towards somebody who writes to one person.
CREATE FUNCTION logic.mail_refusal(obstacle text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN 'not sent: ' || CASE obstacle
    WHEN 'no_address' THEN 'this person has no e-mail address that mail can be sent to'
    WHEN 'failing_address' THEN 'mail to this address was refused; it is tried again when the address changes'
    WHEN 'unsubscribed' THEN 'this person wants no mail'
    WHEN 'not_invited' THEN 'this person has no invitation to this wave'
    WHEN 'links_gone' THEN 'the links of this anonymous wave are sent, and cannot be made again'
    WHEN 'revoked' THEN 'this invitation is revoked'
    WHEN 'answered' THEN 'this person has answered'
    WHEN 'declined' THEN 'this person declined, or is not eligible'
    WHEN 'recent' THEN 'this person has such a mail within 20 hours of that time'
    WHEN 'limit' THEN 'this person has as many mails about this wave as mails_max of its mail plan allows'
    ELSE replace(obstacle, '_', ' ') END;

-- Why a kind of mail cannot be sent for a wave at that time; null status when it can.
CREATE FUNCTION logic.mail_refuse(w debrief.wave, anonymity text, kind text, addressed text, at timestamptz)
RETURNS logic.answer
LANGUAGE sql STABLE
RETURN CASE
    WHEN kind = 'thanks' AND (w).released_at IS NULL THEN logic.problem(409, 'not-released', 'nothing of this wave is released yet')
    WHEN kind <> 'thanks' AND logic.wave_state(w) = 'closed' THEN logic.problem(409, 'closed', 'this wave is closed')
    WHEN kind <> 'thanks' AND at < (w).opens_at THEN logic.problem(422, 'invalid', 'the wave opens later than that')
    WHEN kind <> 'thanks' AND at >= (w).closes_at THEN logic.problem(422, 'invalid', 'the wave is closed by then')
    WHEN kind = 'closing' AND (w).closes_at IS NULL THEN
        logic.problem(422, 'invalid', 'the wave has no closing time to give notice of')
    WHEN addressed NOT IN ('waiting', 'everybody', 'answered')
         AND addressed !~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN
        logic.problem(422, 'invalid', 'to is waiting, everybody, answered or a participant')
    WHEN (addressed = 'answered') <> (kind = 'thanks') AND addressed IN ('waiting', 'answered') THEN
        logic.problem(422, 'invalid', 'answered is for thanks, and waiting for the other kinds')
    WHEN anonymity = 'anonymous' AND (addressed = 'answered' OR addressed = 'waiting' AND kind <> 'invitation') THEN
        logic.problem(422, 'invalid', 'this study is anonymous: nobody knows who answered, so that to must be everybody')
    WHEN at > now() + interval '400 days' THEN logic.problem(422, 'invalid', 'at is too far away') END;

-- Asking again within 20 hours queues nothing twice. One order at a time for a study.
CREATE FUNCTION logic.mail_queue(programme uuid, wave uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    w debrief.wave;
    study debrief.study;
    kind text := given ->> 'kind';
    addressed text;
    at timestamptz := greatest((given ->> 'at')::timestamptz, now());
    refusal logic.answer;
    made jsonb;
BEGIN
    SELECT s.* INTO study FROM debrief.wave v
    JOIN debrief.study s ON s.programme_id = v.programme_id AND s.study_id = v.study_id
    WHERE v.programme_id = programme AND v.wave_id = wave FOR NO KEY UPDATE OF s;
    SELECT * INTO w FROM debrief.wave v WHERE v.programme_id = programme AND v.wave_id = wave;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such wave');
    END IF;
    addressed := coalesce(given ->> 'to', CASE WHEN study.anonymity = 'anonymous' AND kind <> 'invitation' THEN 'everybody'
                                               WHEN kind = 'thanks' THEN 'answered' ELSE 'waiting' END);
    refusal := logic.mail_refuse(w, study.anonymity, kind, addressed, at);
    IF refusal.status IS NULL AND (given ->> 'at')::timestamptz < now() - interval '1 hour' THEN
        refusal := logic.problem(422, 'invalid', 'at has passed');
    END IF;
    IF refusal.status IS NULL AND kind = 'invitation' THEN
        refusal := logic.invitations_create(programme, wave, actor);
    END IF;
    IF refusal.status >= 400 THEN
        RETURN refusal;
    END IF;
    made := logic.mail_make(programme, wave, kind, addressed, at);
    IF addressed NOT IN ('waiting', 'everybody', 'answered') THEN
        IF (made ->> 'addressed')::integer = 0 THEN
            RETURN logic.problem(404, 'not-found', 'the study has no such delegate');
        ELSIF (made ->> 'queued')::integer = 0 THEN
            PERFORM logic.audit_append(programme, actor, 'mails.refused',
                made || jsonb_build_object('wave', wave, 'kind', kind, 'to', addressed));
            RETURN logic.problem(422, 'not-sent', logic.mail_refusal((SELECT k FROM jsonb_object_keys(made -> 'skipped') k)));
        END IF;
    END IF;
    PERFORM logic.audit_append(programme, actor, 'mails.queued',
        made || jsonb_build_object('wave', wave, 'kind', kind, 'to', addressed, 'at', logic.utc(at)));
    PERFORM pg_notify('debriefd_mail', programme::text);
    RETURN ROW(200, made || jsonb_build_object('wave', wave, 'kind', kind, 'at', logic.utc(at)))::logic.answer;
END
$$;

-- What is not on its way yet is not sent. Null `one` and `kinds` are all of the wave.
CREATE FUNCTION logic.mails_withdraw(programme uuid, wave uuid, one uuid, kinds text, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    withdrawn integer;
BEGIN
    UPDATE debrief.mail m SET state = 'withdrawn'
    WHERE m.programme_id = programme AND m.state = 'queued' AND m.wave_id IS NOT NULL
      AND (m.wave_id = wave OR m.mail_id = one) AND m.kind = coalesce(kinds, m.kind);
    GET DIAGNOSTICS withdrawn = ROW_COUNT;
    IF withdrawn = 0 AND NOT EXISTS (
        SELECT FROM debrief.wave w WHERE w.programme_id = programme AND w.wave_id = wave
        UNION ALL
        SELECT FROM debrief.mail m WHERE m.programme_id = programme AND m.mail_id = one AND m.state = 'withdrawn') THEN
        RETURN logic.problem(404, 'not-found', 'no such wave, or no such mail that is not sent yet');
    END IF;
    PERFORM logic.audit_append(programme, actor, 'mails.withdrawn',
        jsonb_build_object('wave', wave, 'mail', one, 'kind', kinds, 'withdrawn', withdrawn));
    RETURN ROW(200, json_build_object('withdrawn', withdrawn))::logic.answer;
END
$$;

-- The mail plan of a wave

CREATE FUNCTION logic.mail_plan_json(wave uuid, p debrief.mail_plan) RETURNS json
LANGUAGE sql STABLE
RETURN json_build_object('wave', wave, 'mails_max', coalesce((p).mails_max, 4), 'invitation', coalesce((p).invites, false),
    'reminders', coalesce((SELECT json_agg(json_build_object('date', r::date, 'time', to_char(r, 'HH24:MI')) ORDER BY r)
                           FROM unnest((p).reminders) r), '[]'),
    'closing_days', (p).closing_days, 'closing_time', to_char(coalesce((p).closing_time, '09:00'), 'HH24:MI'),
    'thanks', coalesce((p).thanks, false));

-- When the mails of a plan are to be made. PostgreSQL says which moment a time on the wall is: one that a change to
-- daylight saving skips comes as much later as the clock jumps, one that comes twice is the second.
CREATE FUNCTION logic.mail_moments(programme uuid, study uuid)
RETURNS TABLE (wave_id uuid, kind text, addressed text, at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT w.wave_id, x.kind,
           CASE WHEN x.kind = 'invitation' THEN 'waiting' WHEN s.anonymity = 'anonymous' THEN 'everybody'
                WHEN x.kind = 'thanks' THEN 'answered' ELSE 'waiting' END, x.at
    FROM debrief.mail_plan p
    JOIN debrief.wave w ON w.programme_id = p.programme_id AND w.wave_id = p.wave_id
    JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id,
    LATERAL (
        SELECT 'invitation' AS kind, greatest(w.opens_at, p.changed_at) AS at WHERE p.invites
        UNION ALL
        SELECT 'reminder', r AT TIME ZONE s.time_zone FROM unnest(p.reminders) r
        UNION ALL
        SELECT 'closing', ((w.closes_at AT TIME ZONE s.time_zone)::date - p.closing_days::integer + p.closing_time)
                          AT TIME ZONE s.time_zone
        WHERE p.closing_days IS NOT NULL
        UNION ALL
        SELECT 'thanks', greatest(w.released_at, p.changed_at) WHERE p.thanks AND w.released_at IS NOT NULL) x
    WHERE w.programme_id = programme AND w.study_id = study
      AND (x.kind = 'thanks' OR x.at >= w.opens_at AND x.at < coalesce(w.closes_at, 'infinity') AND w.closed_at IS NULL)
      AND x.at >= p.done_until
$$;

-- The job looks when the next moment comes. Whoever runs it now sets that himself, and looks again within the hour.
CREATE FUNCTION logic.mail_replan(programme uuid, study uuid) RETURNS void
LANGUAGE sql AS $$
    UPDATE debrief.job j
    SET next_run_at = coalesce((SELECT min(m.at) FROM logic.mail_moments(programme, study) m), 'infinity'), failures = 0
    WHERE (j.programme_id, j.job_id) IN (
        SELECT k.programme_id, k.job_id FROM debrief.job k
        WHERE k.programme_id = programme AND k.study_id = study AND k.kind = 'mail' FOR UPDATE SKIP LOCKED);
    SELECT pg_notify('debriefd_mail', programme::text)
$$;

-- Makes what is due of a study's plans, and says how many mails. A reminder of more than a day ago is passed over.
CREATE FUNCTION logic.mail_plan_run(programme uuid, study uuid) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    moment record;
    made jsonb;
    total integer := 0;
BEGIN
    PERFORM FROM debrief.study s WHERE s.programme_id = programme AND s.study_id = study FOR NO KEY UPDATE;
    FOR moment IN SELECT * FROM logic.mail_moments(programme, study) m WHERE m.at <= now() ORDER BY m.at, m.kind LOOP
        CONTINUE WHEN moment.kind IN ('reminder', 'closing') AND moment.at < now() - interval '1 day';
        IF moment.kind = 'invitation' THEN
            PERFORM logic.invitations_create(programme, moment.wave_id, programme);
        END IF;
        made := logic.mail_make(programme, moment.wave_id, moment.kind, moment.addressed, moment.at);
        total := total + (made ->> 'queued')::integer;
        PERFORM logic.audit_append(programme, programme, 'mails.planned',
            made || jsonb_build_object('wave', moment.wave_id, 'kind', moment.kind, 'at', logic.utc(moment.at)));
    END LOOP;
    UPDATE debrief.mail_plan p SET done_until = now() + interval '1 microsecond'
    FROM debrief.wave w
    WHERE w.programme_id = programme AND w.study_id = study AND p.programme_id = w.programme_id AND p.wave_id = w.wave_id;
    RETURN total;
END
$$;

-- Runs the plans of all studies that have something due. A study whose plan fails is tried again later, as other jobs are.
CREATE FUNCTION logic.mails_plan(most integer, holder uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    due debrief.job;
    made integer;
    total integer := 0;
    fault text;
BEGIN
    -- Every study before the first record of the trail, which others hold last.
    PERFORM FROM debrief.study s WHERE (s.programme_id, s.study_id) IN (
        SELECT j.programme_id, j.study_id FROM debrief.job j WHERE j.kind = 'mail' AND j.next_run_at <= now()
        ORDER BY j.next_run_at LIMIT most FOR UPDATE SKIP LOCKED)
        ORDER BY s.programme_id, s.study_id FOR NO KEY UPDATE;
    FOR due IN SELECT * FROM debrief.job j WHERE j.kind = 'mail' AND j.next_run_at <= now()
               ORDER BY j.next_run_at LIMIT most FOR UPDATE SKIP LOCKED LOOP
        made := 0;
        fault := NULL;
        BEGIN
            made := logic.mail_plan_run(due.programme_id, due.study_id);
        EXCEPTION WHEN OTHERS THEN
            fault := SQLERRM;
        END;
        UPDATE debrief.job j
        SET failures = CASE WHEN fault IS NULL THEN 0 ELSE j.failures + 1 END, last_error = fault,
            next_run_at = CASE WHEN fault IS NOT NULL THEN now() + make_interval(secs => least(300, 2 ^ least(j.failures + 1, 9)))
                ELSE coalesce((SELECT min(least(m.at, now() + interval '1 hour'))
                               FROM logic.mail_moments(due.programme_id, due.study_id) m), 'infinity') END
        WHERE j.programme_id = due.programme_id AND j.job_id = due.job_id;
        INSERT INTO debrief.job_run (programme_id, job_id, run_id, epoch, holder, started_at, finished_at, outcome, detail)
        SELECT due.programme_id, due.job_id, gen_random_uuid(), 0, mails_plan.holder, now(), clock_timestamp(),
               CASE WHEN fault IS NULL THEN 'succeeded' ELSE 'failed' END, coalesce(fault, 'queued=' || made)
        WHERE made > 0 OR fault IS NOT NULL;
        total := total + made;
    END LOOP;
    RETURN total;
END
$$;

CREATE FUNCTION logic.mail_plan_set(programme uuid, wave uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    study uuid;
    stored debrief.mail_plan;
BEGIN
    SELECT w.study_id INTO study FROM debrief.wave w WHERE w.programme_id = programme AND w.wave_id = wave;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such wave');
    END IF;
    IF EXISTS (SELECT FROM jsonb_array_elements(given -> 'reminders') r WHERE r ->> 'time' !~ '^([01]\d|2[0-3]):[0-5]\d$')
       OR given ->> 'closing_time' !~ '^([01]\d|2[0-3]):[0-5]\d$' THEN
        RETURN logic.problem(422, 'invalid', 'a time is HH:MM, in the study''s time zone');
    END IF;
    PERFORM FROM debrief.job j WHERE j.programme_id = programme AND j.study_id = study AND j.kind = 'mail' FOR UPDATE;
    PERFORM logic.mail_plan_run(programme, study);
    INSERT INTO debrief.mail_plan (programme_id, wave_id, mails_max, invites, reminders, closing_days, closing_time, thanks)
    VALUES (programme, wave, coalesce((given ->> 'mails_max')::smallint, 4), coalesce((given ->> 'invitation')::boolean, false),
            ARRAY(SELECT DISTINCT (r ->> 'date')::date + coalesce(r ->> 'time', '09:00')::time
                  FROM jsonb_array_elements(given -> 'reminders') r ORDER BY 1),
            (given ->> 'closing_days')::smallint, coalesce((given ->> 'closing_time')::time, '09:00'),
            coalesce((given ->> 'thanks')::boolean, false))
    ON CONFLICT (programme_id, wave_id) DO UPDATE
    SET mails_max = excluded.mails_max, invites = excluded.invites, reminders = excluded.reminders,
        closing_days = excluded.closing_days, closing_time = excluded.closing_time, thanks = excluded.thanks,
        changed_at = now(), done_until = now()
    RETURNING * INTO stored;
    PERFORM logic.mail_replan(programme, study);
    PERFORM logic.audit_append(programme, actor, 'mail_plan.set', logic.mail_plan_json(wave, stored)::jsonb);
    RETURN ROW(200, logic.mail_plan_json(wave, stored))::logic.answer;
END
$$;

-- Sending

-- How long an instrument takes, in minutes: 8 seconds a tap, 40 for words, a minute for a roster.
CREATE FUNCTION logic.mail_minutes(definition jsonb) RETURNS integer
LANGUAGE sql IMMUTABLE
RETURN greatest(1, (SELECT ceil(coalesce(sum(CASE i ->> 'type' WHEN 'section' THEN 0 WHEN 'text' THEN 40 WHEN 'contacts' THEN 40
           WHEN 'commitments' THEN 60 WHEN 'roster' THEN 60 WHEN 'matrix' THEN 6 * jsonb_array_length(i -> 'rows') ELSE 8 END), 0) / 60)
       FROM jsonb_array_elements(definition -> 'items') i))::integer;

-- A wave as a letter speaks of it; the closing time as the clock on the wall shows it.
CREATE FUNCTION logic.mail_wave(programme uuid, wave uuid) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('wave', w.wave_id, 'study', s.name, 'anonymous', w.is_anonymous, 'title', v.definition::jsonb -> 'title',
        'minutes', logic.mail_minutes(v.definition::jsonb),
        'closes', to_char(w.closes_at AT TIME ZONE s.time_zone, 'YYYY-MM-DD HH24:MI ID'))
    FROM debrief.wave w
    JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
    JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument AND v.version = w.version
    WHERE w.programme_id = programme AND w.wave_id = wave
$$;

CREATE FUNCTION logic.mail_invitation(programme uuid, wave uuid, person uuid) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('invitation', v.invitation_id, 'generation', v.generation)
    FROM debrief.wave w
    JOIN debrief.delegate d ON d.programme_id = w.programme_id AND d.study_id = w.study_id AND d.person_id = person
        AND d.valid_until = 'infinity'
    JOIN debrief.invitation v ON v.programme_id = w.programme_id AND v.wave_id = w.wave_id
        AND v.participant_id = d.participant_id AND v.revoked_at IS NULL
    WHERE w.programme_id = programme AND w.wave_id = wave
$$;

-- A few numbers of the newest release that stands: never anything that is not released.
CREATE FUNCTION logic.mail_results(programme uuid, wave uuid) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('metric', m.metric, 'value', m.value, 'n', m.n) ORDER BY m.position), '[]')
    FROM debrief.wave w
    JOIN debrief.release r ON r.programme_id = w.programme_id AND r.study_id = w.study_id AND r.withdrawn_at IS NULL
        AND NOT EXISTS (SELECT FROM debrief.release n WHERE n.programme_id = r.programme_id AND n.study_id = r.study_id
                        AND n.number > r.number)
    JOIN debrief.release_metric m ON m.programme_id = r.programme_id AND m.study_id = r.study_id AND m.number = r.number
        AND m.wave = w.kind AND m.slice = 'all' AND m.value IS NOT NULL
    WHERE w.programme_id = programme AND w.wave_id = mail_results.wave
      AND (m.metric = 'resp.RR2' OR m.metric = 'nps.score' OR m.metric = 'mean' AND m.item = 'OVERALL')
$$;

-- The waves that are open to somebody and not answered with an anonymous token.
CREATE FUNCTION logic.mail_open_waves(programme uuid, person uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE AS $$
    SELECT w.wave_id FROM debrief.wave w
    JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id AND s.anonymity = 'pseudonymous'
    JOIN debrief.delegate d ON d.programme_id = w.programme_id AND d.study_id = w.study_id AND d.person_id = person
        AND d.valid_until = 'infinity'
    JOIN debrief.invitation v ON v.programme_id = w.programme_id AND v.wave_id = w.wave_id
        AND v.participant_id = d.participant_id AND v.revoked_at IS NULL
    WHERE w.programme_id = programme AND logic.wave_state(w) = 'open'
    ORDER BY w.opens_at
$$;

-- Who an account of the desk is; null when it has ended.
CREATE FUNCTION logic.mail_account(programme uuid, account uuid) RETURNS jsonb
LANGUAGE sql STABLE
RETURN (SELECT jsonb_build_object('name', a.name, 'address', a.email, 'language', a.language)
        FROM identity.account a
        WHERE a.programme_id = programme AND a.account_id = account AND a.revoked_at IS NULL);

-- Everything that a letter says, as a JSON object; null for a person or account that is not there any more.
CREATE FUNCTION logic.mail_letter(m debrief.mail) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT who || jsonb_build_object('kind', (m).kind, 'person', (m).person_id, 'programme', p.name)
           || coalesce(logic.mail_wave((m).programme_id, (m).wave_id), '{}')
           || coalesce(logic.mail_invitation((m).programme_id, (m).wave_id, (m).person_id), '{}')
           || CASE (m).kind
                  WHEN 'invitation' THEN jsonb_build_object('wave', (m).wave_id, 'preview',
                      CASE WHEN (m).account_id IS NOT NULL
                           THEN format('/desk/studies/%s/waves/%s/preview', (m).study_id, (m).wave_id) END, 'token', (
                      SELECT logic.mail_token(d.programme_id, (m).wave_id, d.participant_id) FROM debrief.delegate d
                      JOIN debrief.study s ON s.programme_id = d.programme_id AND s.study_id = d.study_id
                          AND s.anonymity = 'anonymous'
                      WHERE d.programme_id = (m).programme_id AND d.study_id = (m).study_id
                        AND d.person_id = (m).person_id AND d.valid_until = 'infinity'))
                  WHEN 'thanks' THEN jsonb_build_object('results', logic.mail_results((m).programme_id, (m).wave_id))
                  WHEN 'resend' THEN jsonb_build_object('waves', (
                      SELECT jsonb_agg(logic.mail_wave((m).programme_id, o)
                                       || logic.mail_invitation((m).programme_id, o, (m).person_id))
                      FROM logic.mail_open_waves((m).programme_id, (m).person_id) o))
                  ELSE '{}' END
    FROM debrief.programme p,
         LATERAL (SELECT coalesce(
             (SELECT jsonb_build_object('name', i.name, 'address', i.email, 'language', i.language)
              FROM identity.person i WHERE i.programme_id = (m).programme_id AND i.person_id = (m).person_id),
             logic.mail_account((m).programme_id, (m).account_id)) AS who) w
    WHERE p.programme_id = (m).programme_id
$$;

-- Why a mail that was queued is not sent after all.
CREATE FUNCTION logic.mail_hindrance(m debrief.mail) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE
        -- To whoever signs in: a link, or an invitation to look at.
        WHEN (m).account_id IS NOT NULL THEN CASE
            WHEN (m).kind = 'sign_in' AND (m).round < now() - interval '15 minutes' THEN 'expired'
            WHEN logic.mail_account((m).programme_id, (m).account_id) IS NULL THEN 'erased'
            WHEN NOT logic.mail_is_address(logic.mail_account((m).programme_id, (m).account_id) ->> 'address') THEN 'no_address' END
        WHEN (m).kind = 'resend' THEN coalesce(
            logic.mail_person_obstacle((SELECT i FROM identity.person i WHERE i.programme_id = (m).programme_id
                                          AND i.person_id = (m).person_id)),
            CASE WHEN NOT EXISTS (SELECT FROM logic.mail_open_waves((m).programme_id, (m).person_id)) THEN 'closed' END)
        WHEN (m).kind = 'thanks' AND NOT EXISTS (
            SELECT FROM debrief.release r
            JOIN debrief.wave w ON w.programme_id = r.programme_id AND w.study_id = r.study_id
            WHERE w.programme_id = (m).programme_id AND w.wave_id = (m).wave_id AND w.released_at IS NOT NULL
            HAVING count(*) FILTER (WHERE r.withdrawn_at IS NULL) > 0) THEN 'release_withdrawn'
        WHEN (SELECT count(*) FROM debrief.mail o
              WHERE o.programme_id = (m).programme_id AND o.wave_id = (m).wave_id AND o.person_id = (m).person_id
                AND o.state IN ('sent', 'bounced')) >= logic.mails_max((m).programme_id, (m).wave_id) THEN 'limit'
        ELSE logic.mail_obstacle((m).programme_id, (m).wave_id, (m).kind, (m).person_id) END
$$;

-- Once everybody in an anonymous wave who can be reached by mail was sent his link, or could not be, what the links were
-- made from is forgotten.
CREATE FUNCTION logic.mail_seal(programme uuid, wave uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM debrief.wave w WHERE w.programme_id = programme AND w.wave_id = wave AND w.is_anonymous)
       AND NOT EXISTS (
        SELECT FROM debrief.wave w
        JOIN debrief.delegate d ON d.programme_id = w.programme_id AND d.study_id = w.study_id
            AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
        JOIN identity.person p ON p.programme_id = d.programme_id AND p.person_id = d.person_id
        LEFT JOIN debrief.mail m ON m.programme_id = w.programme_id AND m.wave_id = w.wave_id
            AND m.person_id = d.person_id AND m.kind = 'invitation'
        WHERE w.programme_id = programme AND w.wave_id = wave
          AND (m.state IN ('queued', 'claimed')
               OR (m.mail_id IS NULL OR m.state = 'withdrawn') AND logic.mail_person_obstacle(p) IS NULL)) THEN
        PERFORM logic.anonymous_secret_drop(programme, wave);
    END IF;
END
$$;

-- Claims what is due, sign-ins first, for `seconds`. Expired claims are due again: whoever made them has crashed, and
-- nobody knows of which of them the server has accepted the mail.
CREATE FUNCTION logic.mail_claim(most integer, seconds integer)
RETURNS TABLE (programme_id uuid, mail_id uuid, claim_id uuid, attempts integer, letter text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
#variable_conflict use_column
DECLARE
    claim uuid := gen_random_uuid();
    skipped debrief.mail;
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    WITH due AS (
        SELECT m.programme_id, m.mail_id FROM debrief.mail m
        WHERE m.state = 'queued' AND m.due_at <= now() OR m.state = 'claimed' AND m.claimed_until < clock_timestamp()
        ORDER BY m.kind = 'sign_in' DESC, m.kind = 'resend' DESC, m.due_at, m.mail_id LIMIT most FOR UPDATE SKIP LOCKED
    )
    UPDATE debrief.mail m
    SET state = 'claimed', claim_id = claim, attempts = m.attempts + 1,
        claimed_until = clock_timestamp() + make_interval(secs => seconds)
    FROM due d WHERE m.programme_id = d.programme_id AND m.mail_id = d.mail_id;
    FOR skipped IN
        UPDATE debrief.mail m SET state = 'skipped', claim_id = NULL, claimed_until = NULL, last_error = h.hindrance
        FROM (SELECT o.programme_id, o.mail_id, logic.mail_hindrance(o) AS hindrance FROM debrief.mail o
              WHERE o.state = 'claimed' AND o.claim_id = claim) h
        WHERE m.programme_id = h.programme_id AND m.mail_id = h.mail_id AND h.hindrance IS NOT NULL
        RETURNING m.* LOOP
        IF skipped.kind = 'invitation' AND skipped.person_id IS NOT NULL THEN
            PERFORM logic.mail_seal(skipped.programme_id, skipped.wave_id);
        END IF;
    END LOOP;
    RETURN QUERY
        SELECT m.programme_id, m.mail_id, m.claim_id, m.attempts::integer, logic.mail_letter(m)::text
        FROM debrief.mail m WHERE m.state = 'claimed' AND m.claim_id = claim
        ORDER BY m.kind = 'sign_in' DESC, m.kind = 'resend' DESC, m.due_at, m.mail_id;
END
$$;

-- The person of a mail before the mail itself, as an erasure locks them.
CREATE FUNCTION logic.mail_person_lock(programme uuid, mail uuid) RETURNS void
LANGUAGE sql SET search_path = pg_catalog AS $$
    SELECT FROM identity.person p WHERE p.programme_id = programme AND p.person_id = (
        SELECT m.person_id FROM debrief.mail m WHERE m.programme_id = programme AND m.mail_id = mail) FOR NO KEY UPDATE
$$;

-- What became of a claimed mail: sent; later (refused for now: 1, 2, 4 ... 240 minutes, 16 times); released (not tried);
-- failed; bounced (its address does not exist). False when the claim has expired and somebody else has the mail.
CREATE FUNCTION logic.mail_finish(programme uuid, mail uuid, claim uuid, outcome text, said text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    stored debrief.mail;
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    IF outcome = 'bounced' THEN
        PERFORM logic.mail_person_lock(programme, mail);
    END IF;
    UPDATE debrief.mail m
    SET state = CASE WHEN outcome = 'released' OR outcome = 'later' AND m.attempts < 16 THEN 'queued'
                     WHEN outcome = 'later' THEN 'failed' ELSE outcome END,
        due_at = CASE WHEN outcome = 'later' THEN now() + make_interval(mins => least(240, 2 ^ (m.attempts - 1))::integer)
                      ELSE m.due_at END,
        attempts = m.attempts - CASE WHEN outcome = 'released' THEN 1 ELSE 0 END,
        sent_at = CASE WHEN outcome = 'sent' THEN clock_timestamp() END, last_error = logic.mail_words(said),
        claim_id = NULL, claimed_until = NULL
    WHERE m.programme_id = programme AND m.mail_id = mail AND m.claim_id = claim
    RETURNING * INTO stored;
    IF FOUND AND stored.state = 'bounced' THEN
        UPDATE identity.person p SET failing_address = p.email, failing_since = now()
        WHERE p.programme_id = programme AND p.person_id = stored.person_id;
    END IF;
    IF stored.kind = 'invitation' AND stored.person_id IS NOT NULL AND stored.state <> 'queued' THEN
        PERFORM logic.mail_seal(programme, stored.wave_id);
    END IF;
    RETURN stored.mail_id IS NOT NULL;
END
$$;

-- A server says later that it could not deliver a mail (RFC 3464). Only a permanent failure (5.x.x) of the address that
-- the person still has keeps further mail from it.
CREATE FUNCTION logic.mail_bounce(programme uuid, mail uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    stored debrief.mail;
    failing boolean := false;
BEGIN
    PERFORM logic.mail_person_lock(programme, mail);
    UPDATE debrief.mail m
    SET state = 'bounced', last_error = logic.mail_words(concat_ws(' ', given ->> 'status', given ->> 'diagnostic'))
    WHERE m.programme_id = programme AND m.mail_id = mail AND m.state IN ('sent', 'bounced') RETURNING * INTO stored;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such mail was sent');
    END IF;
    UPDATE identity.person p SET failing_address = p.email, failing_since = now()
    WHERE p.programme_id = programme AND p.person_id = stored.person_id AND given ->> 'status' LIKE '5%'
      AND lower(p.email) = lower(coalesce(given ->> 'recipient', p.email));
    failing := FOUND;
    PERFORM logic.audit_append(programme, actor, 'mail.bounced',
        jsonb_build_object('mail', mail, 'status', given ->> 'status', 'address_failing', failing));
    RETURN ROW(200, json_build_object('mail', mail, 'state', stored.state, 'address_failing', failing))::logic.answer;
END
$$;

-- People

-- Whoever holds the link of a mail says that the person of it wants no more, or wants them again.
CREATE FUNCTION logic.mail_subscribe(programme uuid, person uuid, wanted boolean) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    before timestamptz;
BEGIN
    SELECT p.unsubscribed_at INTO before FROM identity.person p
    WHERE p.programme_id = programme AND p.person_id = person FOR UPDATE;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such person');
    END IF;
    IF wanted = (before IS NOT NULL) THEN
        UPDATE identity.person p SET unsubscribed_at = CASE WHEN NOT wanted THEN now() END
        WHERE p.programme_id = programme AND p.person_id = person;
        PERFORM logic.audit_append(programme, person, CASE WHEN wanted THEN 'person.subscribed' ELSE 'person.unsubscribed' END, '{}');
    END IF;
    RETURN ROW(200, json_build_object('subscribed', wanted))::logic.answer;
END
$$;

-- Somebody typed an address to get lost links. What is done is the same for every address; no more than 60 a minute and
-- 3 of one address are taken, known or not.
CREATE FUNCTION logic.mail_ask(address text) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    asked text := lower(trim(address));
BEGIN
    DELETE FROM identity.resend_request r WHERE r.asked_at < now() - interval '1 minute' AND r.done;
    IF (SELECT count(*) FROM identity.resend_request r WHERE r.asked_at > now() - interval '1 minute') >= 600 THEN
        RETURN logic.problem(429, 'limited', 'too many ask at the moment: try again in a minute');
    END IF;
    INSERT INTO identity.resend_request (programme_id, request_id, address)
    SELECT '00000000-0000-0000-0000-000000000000', gen_random_uuid(), asked
    WHERE (SELECT count(*) FROM identity.resend_request r WHERE r.address = asked) < 3;
    PERFORM pg_notify('debriefd_mail', '');
    RETURN ROW(200, '{}')::logic.answer;
END
$$;

-- Queues the lost links of whoever has such an address and a wave open to him, at most one mail in ten minutes and five
-- a day.
CREATE FUNCTION logic.mails_resend(most integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    WITH taken AS (
        UPDATE identity.resend_request r SET done = true
        WHERE (r.programme_id, r.request_id) IN (
            SELECT q.programme_id, q.request_id FROM identity.resend_request q WHERE NOT q.done
            ORDER BY q.asked_at LIMIT most FOR UPDATE SKIP LOCKED)
        RETURNING r.address
    ), known AS (
        SELECT DISTINCT p.programme_id, p.person_id FROM taken t
        JOIN identity.person p ON lower(p.email) = t.address AND p.email <> ''
        WHERE EXISTS (SELECT FROM logic.mail_open_waves(p.programme_id, p.person_id))
    ), made AS (
        INSERT INTO debrief.mail (programme_id, mail_id, kind, person_id, round, due_at)
        SELECT k.programme_id, gen_random_uuid(), 'resend', k.person_id, now(), now() FROM known k
        WHERE (SELECT count(*) FILTER (WHERE m.created_at > now() - interval '10 minutes') = 0 AND count(*) < 5
               FROM debrief.mail m
               WHERE m.programme_id = k.programme_id AND m.person_id = k.person_id AND m.kind = 'resend'
                 AND m.created_at > now() - interval '1 day')
        RETURNING mail_id
    )
    SELECT count(*)::integer FROM made
$$;

-- For the desk: the mail has the sign-in's id, from which its link is derived.
CREATE FUNCTION logic.mail_sign_in(programme uuid, account uuid, sign_in uuid) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO debrief.mail (programme_id, mail_id, kind, account_id, round, due_at)
    VALUES (programme, sign_in, 'sign_in', account, now(), now());
    SELECT pg_notify('debriefd_mail', programme::text)
$$;

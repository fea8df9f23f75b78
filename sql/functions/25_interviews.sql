-- Interviews, segments, codings and quotes. Each import takes rows that are checked for shape, with their line; it is
-- all or nothing, idempotent, and answers how many rows were added, changed and unchanged. A file in parts is a file:
-- a row changes what it names and nothing else.

-- The pseudonyms of people by the reference a delegation would give them; who is not known becomes so, without a name.
-- With the owner's rights, as logic.persons_store.
CREATE FUNCTION logic.persons_refer(programme uuid, wanted text[]) RETURNS TABLE (reference text, person_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    INSERT INTO identity.person (programme_id, person_id, reference, name)
    SELECT DISTINCT programme, gen_random_uuid(), r, '' FROM unnest(wanted) r
    WHERE NOT EXISTS (SELECT FROM identity.person p WHERE p.programme_id = programme AND p.reference = r)
    ON CONFLICT (programme_id, reference) DO NOTHING;
    SELECT p.reference, p.person_id FROM identity.person p
    WHERE p.programme_id = programme AND p.reference = ANY (wanted)
$$;

-- Imports into one programme come one after the other. Says whether the interviews are closed.
CREATE FUNCTION logic.interviews_lock(programme uuid) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    closed timestamptz;
BEGIN
    INSERT INTO debrief.interview_set (programme_id) VALUES (programme) ON CONFLICT DO NOTHING;
    SELECT s.closed_at INTO closed FROM debrief.interview_set s WHERE s.programme_id = programme FOR UPDATE;
    RETURN closed IS NOT NULL;
END
$$;

CREATE FUNCTION logic.interviews_closed() RETURNS logic.answer
LANGUAGE sql IMMUTABLE
RETURN logic.problem(409, 'interviews-closed',
                     'the interviews are closed: nothing of them changes, only the approval of a quote can be taken back');

-- Every study shows every code, and the programme shows them all. The marks replace those that no job is taking, so that
-- a file of many parts leaves one a study; with the owner's rights, because nobody else who marks takes marks away.
CREATE FUNCTION logic.mark_recoded(programme uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    DELETE FROM debrief.stale t WHERE (t.programme_id, t.study_id, t.mark_id) IN (
        SELECT s.programme_id, s.study_id, s.mark_id FROM debrief.stale s WHERE s.programme_id = programme
        FOR UPDATE SKIP LOCKED);
    INSERT INTO debrief.stale (programme_id, study_id)
    SELECT s.programme_id, s.study_id FROM debrief.study s WHERE s.programme_id = programme AND s.archived_at IS NULL;
    SELECT logic.mark_uncompared(programme, '00000000-0000-0000-0000-000000000000');
    SELECT pg_notify('debriefd_pending', programme::text)
$$;

-- Who agreed to be told of agreed as one of few: whose interview or segment is another's now may be one more.
CREATE FUNCTION logic.approvals_drop(programme uuid) RETURNS void
LANGUAGE sql AS $$
    UPDATE debrief.code c SET approved_at = NULL WHERE c.programme_id = programme AND c.approved_at IS NOT NULL
$$;

-- `faults` is an array of {line, detail}, or null.
CREATE FUNCTION logic.lines_refused(faults jsonb) RETURNS logic.answer
LANGUAGE sql IMMUTABLE
RETURN ROW(422, json_build_object('problem', 'invalid', 'detail', 'nothing was imported', 'lines', faults)::text)::logic.answer;

CREATE FUNCTION logic.interviews_imported(programme uuid, actor uuid, what text, total bigint, added bigint, changed bigint)
RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    outcome jsonb := jsonb_build_object('added', added, 'changed', changed, 'unchanged', total - added - changed);
BEGIN
    IF added + changed > 0 THEN
        UPDATE debrief.interview_set s SET changed_at = clock_timestamp() WHERE s.programme_id = programme;
        PERFORM logic.audit_append(programme, actor, what || '.imported', outcome);
        PERFORM logic.mark_recoded(programme);
        IF changed > 0 AND what IN ('interviews', 'segments') THEN
            PERFORM logic.approvals_drop(programme);
        END IF;
    END IF;
    RETURN ROW(200, outcome::text)::logic.answer;
END
$$;

CREATE FUNCTION logic.interview_set_json(s debrief.interview_set) RETURNS json
LANGUAGE sql STABLE
RETURN json_build_object('adjudicator', (s).adjudicator, 'changed_at', logic.utc((s).changed_at),
                         'closed_at', logic.utc((s).closed_at));

CREATE FUNCTION logic.interview_set_change(programme uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.interview_set;
BEGIN
    IF logic.interviews_lock(programme) THEN
        RETURN logic.interviews_closed();
    END IF;
    UPDATE debrief.interview_set s SET adjudicator = given ->> 'adjudicator', changed_at = clock_timestamp()
    WHERE s.programme_id = programme AND s.adjudicator <> given ->> 'adjudicator';
    IF FOUND THEN
        PERFORM logic.audit_append(programme, actor, 'interviews.adjudicator_set', given);
        PERFORM logic.approvals_drop(programme);
        PERFORM logic.mark_recoded(programme);
    END IF;
    SELECT * INTO stored FROM debrief.interview_set s WHERE s.programme_id = programme;
    RETURN ROW(200, logic.interview_set_json(stored))::logic.answer;
END
$$;

-- `given` is an array of {line, code, label, trip_specific}.
CREATE FUNCTION logic.codes_import(programme uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    faults jsonb;
    added bigint;
    changed bigint;
BEGIN
    IF logic.interviews_lock(programme) THEN
        RETURN logic.interviews_closed();
    END IF;
    SELECT jsonb_agg(jsonb_build_object('line', f.line, 'detail', 'the same code stands on an earlier line') ORDER BY f.line)
    INTO faults
    FROM (SELECT g.line, min(g.line) OVER (PARTITION BY g.code) AS first
          FROM jsonb_to_recordset(given) AS g (line integer, code text)) f WHERE f.line > f.first;
    IF faults IS NOT NULL THEN
        RETURN logic.lines_refused(faults);
    END IF;
    WITH stored AS (
        INSERT INTO debrief.code AS c (programme_id, code, label, trip_specific)
        SELECT programme, g.code, g.label, g.trip_specific
        FROM jsonb_to_recordset(given) AS g (code text, label text, trip_specific boolean)
        ON CONFLICT (programme_id, code) DO UPDATE SET label = excluded.label, trip_specific = excluded.trip_specific
        WHERE (c.label, c.trip_specific) IS DISTINCT FROM (excluded.label, excluded.trip_specific)
        RETURNING xmax = 0 AS is_new)
    SELECT count(*) FILTER (WHERE s.is_new), count(*) FILTER (WHERE NOT s.is_new) INTO added, changed FROM stored s;
    RETURN logic.interviews_imported(programme, actor, 'codes', jsonb_array_length(given), added, changed);
END
$$;

-- The studies that texts name: by id, or by a name that only one has. Null: none, or several.
CREATE FUNCTION logic.studies_named(programme uuid, wanted text[]) RETURNS TABLE (name text, study_id uuid)
LANGUAGE sql STABLE AS $$
    SELECT w, CASE WHEN count(s.study_id) = 1 THEN min(s.study_id::text)::uuid END
    FROM unnest(wanted) w
    LEFT JOIN debrief.study s ON s.programme_id = programme AND (s.name = w OR s.study_id::text = lower(w))
    GROUP BY w
$$;

-- `given` is an array of {line, interview, person, sector, sequence, is_organiser, trips: [text]}.
CREATE FUNCTION logic.interviews_import(programme uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    faults jsonb;
    studies jsonb;
    people jsonb;
    added bigint;
    changed bigint;
BEGIN
    IF logic.interviews_lock(programme) THEN
        RETURN logic.interviews_closed();
    END IF;
    SELECT jsonb_object_agg(n.name, n.study_id) INTO studies
    FROM logic.studies_named(programme, ARRAY(
        SELECT DISTINCT t FROM jsonb_array_elements(given) g, jsonb_array_elements_text(g -> 'trips') t)) n;
    SELECT jsonb_agg(jsonb_build_object('line', f.line, 'detail', f.detail) ORDER BY f.line) INTO faults
    FROM (SELECT g.line, format('sector "%s" is not one of: %s', g.sector, array_to_string(p.sectors, ', ')) AS detail
          FROM jsonb_to_recordset(given) AS g (line integer, sector text), debrief.programme p
          WHERE p.programme_id = programme AND g.sector <> ALL (p.sectors)
          UNION ALL
          SELECT d.line, 'the same interview stands on an earlier line'
          FROM (SELECT g.line, min(g.line) OVER (PARTITION BY g.interview) AS first
                FROM jsonb_to_recordset(given) AS g (line integer, interview text)) d WHERE d.line > d.first
          UNION ALL
          SELECT g.line, format('"%s" is the name or id of no study, or of several', t)
          FROM jsonb_to_recordset(given) AS g (line integer, trips jsonb), jsonb_array_elements_text(g.trips) t
          WHERE studies ->> t IS NULL
          UNION ALL
          SELECT g.line, format('this person was erased on %s', e.erased_on)
          FROM jsonb_to_recordset(given) AS g (line integer, person text)
          JOIN logic.persons_erased(programme, ARRAY(
              SELECT r.person FROM jsonb_to_recordset(given) AS r (person text))) e ON e.reference = g.person) f;
    IF faults IS NOT NULL THEN
        RETURN logic.lines_refused(faults);
    END IF;
    SELECT jsonb_object_agg(p.reference, p.person_id) INTO people
    FROM logic.persons_refer(programme, ARRAY(
        SELECT g.person FROM jsonb_to_recordset(given) AS g (person text))) p;
    WITH wanted AS (
        SELECT g.interview, (people ->> g.person)::uuid AS person_id, g.sector, g.sequence, g.is_organiser
        FROM jsonb_to_recordset(given) AS g (interview text, person text, sector text, sequence integer,
                                             is_organiser boolean)),
    visits AS (
        SELECT DISTINCT g.interview, (studies ->> t)::uuid AS study_id
        FROM jsonb_to_recordset(given) AS g (interview text, trips jsonb), jsonb_array_elements_text(g.trips) t),
    moved AS (
        SELECT w.interview FROM wanted w
        JOIN debrief.interview i ON i.programme_id = programme AND i.interview = w.interview
        WHERE ARRAY(SELECT v.study_id FROM visits v WHERE v.interview = w.interview ORDER BY 1) IS DISTINCT FROM
              ARRAY(SELECT t.study_id FROM debrief.interview_trip t WHERE t.programme_id = programme
                    AND t.interview = w.interview AND t.withdrawn_at IS NULL ORDER BY 1)),
    stored AS (
        INSERT INTO debrief.interview AS i (programme_id, interview, person_id, sector, sequence, is_organiser)
        SELECT programme, w.interview, w.person_id, w.sector, w.sequence, w.is_organiser FROM wanted w
        ON CONFLICT (programme_id, interview) DO UPDATE
        SET person_id = excluded.person_id, sector = excluded.sector, sequence = excluded.sequence,
            is_organiser = excluded.is_organiser
        WHERE (i.person_id, i.sector, i.sequence, i.is_organiser) IS DISTINCT FROM
              (excluded.person_id, excluded.sector, excluded.sequence, excluded.is_organiser)
        RETURNING i.interview, xmax = 0 AS is_new)
    SELECT count(*) FILTER (WHERE s.is_new),
           (SELECT count(*) FROM (SELECT m.interview FROM moved m
                                  UNION SELECT o.interview FROM stored o WHERE NOT o.is_new) u)
    INTO added, changed FROM stored s;
    UPDATE debrief.interview_trip t SET withdrawn_at = now()
    FROM jsonb_to_recordset(given) AS g (interview text, trips jsonb)
    WHERE t.programme_id = programme AND t.interview = g.interview AND t.withdrawn_at IS NULL
      AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(g.trips) e WHERE (studies ->> e)::uuid = t.study_id);
    INSERT INTO debrief.interview_trip AS t (programme_id, interview, study_id)
    SELECT DISTINCT programme, g.interview, (studies ->> e)::uuid
    FROM jsonb_to_recordset(given) AS g (interview text, trips jsonb), jsonb_array_elements_text(g.trips) e
    ON CONFLICT (programme_id, interview, study_id) DO UPDATE SET withdrawn_at = NULL WHERE t.withdrawn_at IS NOT NULL;
    RETURN logic.interviews_imported(programme, actor, 'interviews', jsonb_array_length(given), added, changed);
END
$$;

-- `given` is an array of {line, segment, interview, trip}; an empty trip is none.
CREATE FUNCTION logic.segments_import(programme uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    faults jsonb;
    studies jsonb;
    added bigint;
    changed bigint;
BEGIN
    IF logic.interviews_lock(programme) THEN
        RETURN logic.interviews_closed();
    END IF;
    SELECT jsonb_object_agg(n.name, n.study_id) INTO studies
    FROM logic.studies_named(programme, ARRAY(
        SELECT DISTINCT g.trip FROM jsonb_to_recordset(given) AS g (trip text) WHERE g.trip <> '')) n;
    SELECT jsonb_agg(jsonb_build_object('line', f.line, 'detail', f.detail) ORDER BY f.line) INTO faults
    FROM (SELECT g.line, format('there is no interview "%s"', g.interview) AS detail
          FROM jsonb_to_recordset(given) AS g (line integer, interview text)
          WHERE NOT EXISTS (SELECT FROM debrief.interview i
                            WHERE i.programme_id = programme AND i.interview = g.interview)
          UNION ALL
          SELECT d.line, 'the same segment stands on an earlier line'
          FROM (SELECT g.line, min(g.line) OVER (PARTITION BY g.segment) AS first
                FROM jsonb_to_recordset(given) AS g (line integer, segment text)) d WHERE d.line > d.first
          UNION ALL
          SELECT g.line, format('"%s" is the name or id of no study, or of several', g.trip)
          FROM jsonb_to_recordset(given) AS g (line integer, trip text)
          WHERE g.trip <> '' AND studies ->> g.trip IS NULL) f;
    IF faults IS NOT NULL THEN
        RETURN logic.lines_refused(faults);
    END IF;
    WITH stored AS (
        INSERT INTO debrief.segment AS s (programme_id, segment, interview, study_id)
        SELECT programme, g.segment, g.interview, (studies ->> g.trip)::uuid
        FROM jsonb_to_recordset(given) AS g (segment text, interview text, trip text)
        ON CONFLICT (programme_id, segment) DO UPDATE SET interview = excluded.interview, study_id = excluded.study_id
        WHERE (s.interview, s.study_id) IS DISTINCT FROM (excluded.interview, excluded.study_id)
        RETURNING xmax = 0 AS is_new)
    SELECT count(*) FILTER (WHERE s.is_new), count(*) FILTER (WHERE NOT s.is_new) INTO added, changed FROM stored s;
    RETURN logic.interviews_imported(programme, actor, 'segments', jsonb_array_length(given), added, changed);
END
$$;

-- `given` is an array of {line, coder, segment, code, sentiment, withdrawn}. Every row says that the coder was to code
-- the segment; without a code it says no more. A withdrawn coding is closed.
CREATE FUNCTION logic.codings_import(programme uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    faults jsonb;
    moment timestamptz;
    assigned bigint;
    opened bigint;
    closed bigint;
    reopened bigint;
BEGIN
    IF logic.interviews_lock(programme) THEN
        RETURN logic.interviews_closed();
    END IF;
    moment := clock_timestamp();
    CREATE TEMPORARY TABLE given_coding ON COMMIT DROP AS
        SELECT g.line, g.coder, g.segment, nullif(g.code, '') AS code, g.sentiment, g.withdrawn
        FROM jsonb_to_recordset(given) AS g (line integer, coder text, segment text, code text, sentiment smallint,
                                             withdrawn boolean);
    SELECT jsonb_agg(jsonb_build_object('line', f.line, 'detail', f.detail) ORDER BY f.line) INTO faults
    FROM (SELECT g.line, format('there is no segment "%s"', g.segment) AS detail FROM given_coding g
          WHERE NOT EXISTS (SELECT FROM debrief.segment s WHERE s.programme_id = programme AND s.segment = g.segment)
          UNION ALL
          SELECT g.line, format('there is no code "%s"', g.code) FROM given_coding g
          WHERE g.code IS NOT NULL
            AND NOT EXISTS (SELECT FROM debrief.code c WHERE c.programme_id = programme AND c.code = g.code)
          UNION ALL
          SELECT g.line, 'without a code there is nothing to judge or withdraw' FROM given_coding g
          WHERE g.code IS NULL AND (g.sentiment IS NOT NULL OR g.withdrawn)
          UNION ALL
          SELECT d.line, 'the same coding stands on an earlier line'
          FROM (SELECT g.line, min(g.line) OVER (PARTITION BY g.coder, g.segment, g.code) AS first FROM given_coding g) d
          WHERE d.line > d.first) f;
    IF faults IS NOT NULL THEN
        DROP TABLE given_coding;
        RETURN logic.lines_refused(faults);
    END IF;
    INSERT INTO debrief.coder_segment (programme_id, segment, coder)
    SELECT DISTINCT programme, g.segment, g.coder FROM given_coding g
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS assigned = ROW_COUNT;
    UPDATE debrief.coding c SET valid_until = moment
    FROM given_coding g
    WHERE c.programme_id = programme AND c.segment = g.segment AND c.coder = g.coder AND c.code = g.code
      AND c.valid_until = 'infinity' AND (g.withdrawn OR c.sentiment IS DISTINCT FROM g.sentiment);
    GET DIAGNOSTICS closed = ROW_COUNT;
    WITH opened_rows AS (
        INSERT INTO debrief.coding (programme_id, segment, coder, code, valid_from, sentiment)
        SELECT programme, g.segment, g.coder, g.code, moment, g.sentiment FROM given_coding g
        WHERE g.code IS NOT NULL AND NOT g.withdrawn
          AND NOT EXISTS (SELECT FROM debrief.coding c WHERE c.programme_id = programme AND c.segment = g.segment
                          AND c.coder = g.coder AND c.code = g.code AND c.valid_until = 'infinity')
        RETURNING segment, coder, code)
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
               SELECT FROM debrief.coding c WHERE c.programme_id = programme AND c.segment = o.segment
               AND c.coder = o.coder AND c.code = o.code AND c.valid_until = moment))
    INTO opened, reopened FROM opened_rows o;
    -- Of the new assignments, those that a bare row asked for are rows added.
    SELECT count(*) INTO assigned FROM given_coding g
    JOIN debrief.coder_segment a ON a.programme_id = programme AND a.segment = g.segment AND a.coder = g.coder
    WHERE g.code IS NULL AND a.since = now() AND assigned > 0;
    DROP TABLE given_coding;
    RETURN logic.interviews_imported(programme, actor, 'codings', jsonb_array_length(given),
                                     assigned + opened - reopened, closed);
END
$$;

-- Removes from every release the quotes that are approved no more, of the programme's own releases: their places say so.
-- A text is a quote's as long as one that reads so is approved. With the owner's rights, because nothing else changes
-- what was released.
CREATE FUNCTION logic.quotes_retract(programme uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    UPDATE debrief.release_metric m SET text_value = NULL, null_reason = 'withheld_retracted', method = ''
    WHERE m.programme_id = programme AND m.study_id = '00000000-0000-0000-0000-000000000000'
      AND m.family = 'interview' AND m.metric LIKE 'quote.%' AND m.text_value IS NOT NULL
      AND NOT EXISTS (SELECT FROM debrief.quote q WHERE q.programme_id = programme AND q.text = m.text_value
                      AND q.approval = 'approved');
    SELECT pg_notify('debriefd_release', programme || '/00000000-0000-0000-0000-000000000000/0')
$$;

-- `given` is an array of {line, quote, interview, code, approval, text}; an empty text leaves the one that is there.
-- Of closed interviews only an approval can be taken back.
CREATE FUNCTION logic.quotes_import(programme uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    faults jsonb;
    is_closed boolean;
    added bigint;
    changed bigint;
BEGIN
    is_closed := logic.interviews_lock(programme);
    SELECT jsonb_agg(jsonb_build_object('line', f.line, 'detail', f.detail) ORDER BY f.line) INTO faults
    FROM (SELECT g.line, format('there is no interview "%s"', g.interview) AS detail
          FROM jsonb_to_recordset(given) AS g (line integer, interview text)
          WHERE NOT EXISTS (SELECT FROM debrief.interview i
                            WHERE i.programme_id = programme AND i.interview = g.interview)
          UNION ALL
          SELECT g.line, format('there is no code "%s"', g.code)
          FROM jsonb_to_recordset(given) AS g (line integer, code text)
          WHERE NOT EXISTS (SELECT FROM debrief.code c WHERE c.programme_id = programme AND c.code = g.code)
          UNION ALL
          SELECT d.line, 'the same quote stands on an earlier line'
          FROM (SELECT g.line, min(g.line) OVER (PARTITION BY g.quote) AS first
                FROM jsonb_to_recordset(given) AS g (line integer, quote text)) d WHERE d.line > d.first) f;
    IF faults IS NOT NULL THEN
        RETURN logic.lines_refused(faults);
    END IF;
    IF is_closed AND EXISTS (
        SELECT FROM jsonb_to_recordset(given) AS g (quote text, interview text, code text, approval text, text text)
        LEFT JOIN debrief.quote q ON q.programme_id = programme AND q.quote = g.quote
        WHERE (q.interview, q.code, q.text) IS DISTINCT FROM (g.interview, g.code, coalesce(nullif(g.text, ''), q.text))
           OR q.approval <> g.approval AND q.approval <> 'approved') THEN
        RETURN logic.interviews_closed();
    END IF;
    WITH stored AS (
        INSERT INTO debrief.quote AS q (programme_id, quote, interview, code, approval, text)
        SELECT programme, g.quote, g.interview, g.code, g.approval, g.text
        FROM jsonb_to_recordset(given) AS g (quote text, interview text, code text, approval text, text text)
        ON CONFLICT (programme_id, quote) DO UPDATE
        SET interview = excluded.interview, code = excluded.code, approval = excluded.approval, changed_at = now(),
            text = coalesce(nullif(excluded.text, ''), q.text)
        WHERE (q.interview, q.code, q.approval, q.text)
              IS DISTINCT FROM (excluded.interview, excluded.code, excluded.approval, coalesce(nullif(excluded.text, ''), q.text))
        RETURNING xmax = 0 AS is_new)
    SELECT count(*) FILTER (WHERE s.is_new), count(*) FILTER (WHERE NOT s.is_new) INTO added, changed FROM stored s;
    IF is_closed AND changed > 0 THEN
        PERFORM logic.quotes_retract(programme);
    END IF;
    RETURN logic.interviews_imported(programme, actor, 'quotes', jsonb_array_length(given), added, changed);
END
$$;

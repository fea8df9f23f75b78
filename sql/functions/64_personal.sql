-- What is held about a person: listed, exported (GDPR article 15) and erased (article 17). All with the owner's rights:
-- whoever asks can do nothing else with names, and everything is on record.
-- A table holds a person's rows when it has a column of one of these names; so no list can forget a table.

CREATE FUNCTION logic.personal_tables() RETURNS TABLE (tabled text, columns text[])
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT c.oid::regclass::text, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped AND a.atttypid = 'uuid'::regtype
        AND a.attname IN ('person_id', 'participant_id', 'invitation_id', 'evaluation_id')
    WHERE n.nspname IN ('debrief', 'identity') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    GROUP BY c.oid ORDER BY c.oid::regclass::text
$$;

-- Where else the e-mail address itself stands. An account is not the person's participation, and stays until it is
-- revoked.
CREATE FUNCTION logic.address_tables() RETURNS TABLE (tabled text, named text)
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT c.oid::regclass::text, a.attname::text
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped AND a.atttypid = 'text'::regtype
        AND a.attname IN ('email', 'address')
    WHERE n.nspname IN ('debrief', 'identity') AND c.relkind IN ('r', 'p')
      AND c.relname NOT IN ('person', 'account')
    ORDER BY 1
$$;

-- The pseudonyms of a person.
CREATE TYPE logic.pseudonyms AS (persons uuid[], participants uuid[], invitations uuid[], evaluations uuid[],
                                 studies uuid[], waves uuid[], interviews text[]);

CREATE FUNCTION logic.pseudonyms_of(programme uuid, person uuid) RETURNS logic.pseudonyms
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
DECLARE
    known logic.pseudonyms;
BEGIN
    known.persons := ARRAY[person];
    known.participants := ARRAY(SELECT DISTINCT d.participant_id FROM debrief.delegate d
                                WHERE d.programme_id = programme AND d.person_id = person);
    known.studies := ARRAY(SELECT DISTINCT d.study_id FROM debrief.delegate d
                           WHERE d.programme_id = programme AND d.person_id = person ORDER BY d.study_id);
    known.waves := ARRAY(SELECT w.wave_id FROM debrief.wave w
                         WHERE w.programme_id = programme AND w.study_id = ANY (known.studies) ORDER BY w.wave_id);
    known.invitations := ARRAY(SELECT v.invitation_id FROM debrief.invitation v WHERE v.programme_id = programme
                               AND v.wave_id = ANY (known.waves) AND v.participant_id = ANY (known.participants));
    known.evaluations := ARRAY(SELECT e.evaluation_id FROM debrief.evaluation e WHERE e.programme_id = programme
                               AND e.wave_id = ANY (known.waves) AND e.participant_id = ANY (known.participants));
    known.interviews := ARRAY(SELECT i.interview FROM debrief.interview i
                              WHERE i.programme_id = programme AND i.person_id = person);
    RETURN known;
END
$$;

-- The condition that finds their rows in a table with these columns; $1 is the programme, $2 the pseudonyms.
CREATE FUNCTION logic.personal_condition(columns text[]) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN 't.programme_id = $1 AND (' || (
    SELECT string_agg(format('t.%I = ANY (($2).%s)', c, CASE c WHEN 'person_id' THEN 'persons'
        WHEN 'participant_id' THEN 'participants' WHEN 'invitation_id' THEN 'invitations' ELSE 'evaluations' END), ' OR ')
    FROM unnest(columns) c) || ')';

-- People by a part of their name, e-mail address or reference, or of one study; in the order of their names.
CREATE FUNCTION logic.person_list(programme uuid, wanted text, study uuid, known uuid, most integer, actor uuid)
RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    found integer;
    told json;
    last uuid;
BEGIN
    SELECT count(*), (array_agg(p.person_id ORDER BY lower(p.name) DESC, p.person_id DESC))[1],
           json_agg(json_build_object('id', p.person_id, 'name', p.name, 'email', p.email, 'language', p.language,
               'reference', p.reference, 'studies', (
                   SELECT coalesce(json_agg(json_build_object('study', s.study_id, 'name', s.name,
                                                              'participant', d.participant_id)
                                            ORDER BY s.starts_on, s.name, s.study_id), '[]')
                   FROM debrief.delegate d
                   JOIN debrief.study s ON s.programme_id = d.programme_id AND s.study_id = d.study_id
                   WHERE d.programme_id = programme AND d.person_id = p.person_id AND d.valid_until = 'infinity'))
               ORDER BY lower(p.name), p.person_id)
    INTO found, last, told
    FROM (SELECT * FROM identity.person i
          WHERE i.programme_id = programme
            AND (wanted IS NULL OR strpos(lower(i.name), lower(wanted)) > 0 OR strpos(lower(i.email), lower(wanted)) > 0
                 OR strpos(lower(i.reference), lower(wanted)) > 0)
            AND (study IS NULL OR EXISTS (
                SELECT FROM debrief.delegate d WHERE d.programme_id = programme AND d.study_id = study
                AND d.person_id = i.person_id AND d.valid_until = 'infinity'))
            AND (known IS NULL OR (lower(i.name), i.person_id) > (
                SELECT lower(k.name), k.person_id FROM identity.person k
                WHERE k.programme_id = programme AND k.person_id = known))
          ORDER BY lower(i.name), i.person_id LIMIT most) p;
    -- Without what was looked for, which may be a name.
    PERFORM logic.audit_append(programme, actor, 'persons.listed', jsonb_build_object('study', study, 'found', found));
    RETURN ROW(200, json_build_object('persons', coalesce(told, '[]'),
                                      'next', CASE WHEN found = most THEN last END)::text)::logic.answer;
END
$$;

-- An answer as its participant gave it: the chosen option's text, or why there is none.
CREATE FUNCTION logic.answer_text(score smallint, type text, asked jsonb, spoken text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE score WHEN -1 THEN 'do not know' WHEN -2 THEN 'refused' WHEN -3 THEN 'not shown' WHEN -4 THEN 'not reached'
       ELSE CASE WHEN type = 'single' THEN
                coalesce(asked -> 'options' -> (score - 1) -> 'text' ->> spoken, asked -> 'options' -> (score - 1) ->> 'id')
            ELSE score::text END END;

-- All revisions of all answers: scored ones by item and part, the others as JSON.
CREATE FUNCTION logic.answers_held(programme uuid, held uuid[])
RETURNS TABLE (study text, wave text, record text, item text, question text, value text, at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    WITH given AS MATERIALIZED (
        SELECT e.*, s.name AS study, w.kind, v.compiled,
               (SELECT jsonb_object_agg(i ->> 'id', i) FROM jsonb_array_elements(v.definition::jsonb -> 'items') i) AS items
        FROM debrief.evaluation e
        JOIN debrief.wave w ON w.programme_id = e.programme_id AND w.wave_id = e.wave_id
        JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
        JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
            AND v.version = w.version
        WHERE e.programme_id = programme AND e.evaluation_id = ANY (held)
    )
    SELECT g.study, g.kind, g.evaluation_id::text, concat_ws('/', l.item, nullif(l.part, '')),
           coalesce(g.items -> l.item -> 'text' ->> g.language, g.items -> l.item ->> 'text'),
           logic.answer_text(g.scores[l.slot], l.type, g.items -> l.item, g.language), g.received_at
    FROM given g
    CROSS JOIN LATERAL jsonb_to_recordset(g.compiled -> 'slots') AS l (slot integer, item text, part text, type text)
    UNION ALL
    SELECT g.study, g.kind, g.evaluation_id::text, x.key,
           coalesce(g.items -> x.key -> 'text' ->> g.language, g.items -> x.key ->> 'text'),
           coalesce(x.value #>> '{}', ''), g.received_at
    FROM given g CROSS JOIN LATERAL jsonb_each(g.texts::jsonb) x
$$;

-- How others answered about a tie is about both, and theirs to tell: told is how many did and, from five on, how many
-- gave which level; never who.
CREATE FUNCTION logic.ties_received(programme uuid, known logic.pseudonyms)
RETURNS TABLE (study text, wave text, item text, value text)
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    WITH named AS (
        SELECT w.study_id, w.kind, x.key AS item, r.value AS level
        FROM debrief.evaluation e
        JOIN debrief.wave w ON w.programme_id = e.programme_id AND w.wave_id = e.wave_id
        JOIN unnest((known).participants) p ON strpos(e.texts, p::text) > 0
        CROSS JOIN LATERAL jsonb_each(e.texts::jsonb) x
        CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(x.value) WHEN 'object' THEN x.value ELSE '{}' END) r
        WHERE e.programme_id = programme AND e.wave_id = ANY ((known).waves) AND r.key = p::text
          AND NOT EXISTS (SELECT FROM debrief.evaluation l WHERE l.programme_id = programme AND l.wave_id = e.wave_id
                          AND l.replaces = e.evaluation_id))
    SELECT s.name, n.kind, n.item, count(*) || CASE WHEN count(*) = 1 THEN ' answer' ELSE ' answers' END
           || CASE WHEN count(*) >= 5 THEN coalesce(': ' || (
                  SELECT string_agg(format('%s × %s', l.times, l.level), ', ' ORDER BY l.level)
                  FROM (SELECT m.level::text AS level, count(*) AS times FROM named m
                        WHERE (m.study_id, m.kind, m.item) = (n.study_id, n.kind, n.item) GROUP BY m.level::text) l), '')
              ELSE '' END
    FROM named n JOIN debrief.study s ON s.programme_id = programme AND s.study_id = n.study_id
    GROUP BY s.name, n.study_id, n.kind, n.item
$$;

-- Everything held about a person, a row a value.
CREATE FUNCTION logic.person_rows(programme uuid, person uuid)
RETURNS TABLE (area text, study text, wave text, record text, item text, question text, value text, at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
DECLARE
    known logic.pseudonyms := logic.pseudonyms_of(programme, person);
    nobodys constant uuid := '00000000-0000-0000-0000-000000000000'; -- who asks for a lost link names no programme
    t record;
BEGIN
    FOR t IN SELECT p.tabled, p.columns FROM logic.personal_tables() p
             WHERE p.tabled NOT IN ('debrief.atom_member', 'debrief.pending') LOOP
        RETURN QUERY EXECUTE format('
            SELECT split_part(%L, ''.'', 2), s.name, w.kind,
                   coalesce(r.held ->> ''evaluation_id'', r.held ->> ''invitation_id'', r.held ->> ''participant_id'',
                            r.held ->> ''person_id''),
                   x.key, NULL::text, x.value,
                   (SELECT min(v::timestamptz) FROM unnest(ARRAY[r.held ->> ''received_at'', r.held ->> ''accepted_at'',
                        r.held ->> ''set_at'', r.held ->> ''updated_at'', r.held ->> ''saved_at'', r.held ->> ''created_at'',
                        r.held ->> ''valid_from'']) v)
            FROM (SELECT to_jsonb(t) - ''scores'' - ''texts'' AS held FROM %s t WHERE %s) r
            CROSS JOIN LATERAL jsonb_each_text(r.held) x
            LEFT JOIN debrief.wave w ON w.programme_id = $1 AND w.wave_id = (r.held ->> ''wave_id'')::uuid
            LEFT JOIN debrief.study s ON s.programme_id = $1
                AND s.study_id = coalesce((r.held ->> ''study_id'')::uuid, w.study_id)
            WHERE x.value IS NOT NULL AND x.key <> ''programme_id''',
            t.tabled, t.tabled, logic.personal_condition(t.columns)) USING programme, known;
    END LOOP;
    FOR t IN SELECT a.tabled, a.named FROM logic.address_tables() a LOOP
        RETURN QUERY EXECUTE format('
            SELECT split_part(%L, ''.'', 2), NULL::text, NULL::text, NULL::text, x.key, NULL::text, x.value, NULL::timestamptz
            FROM identity.person p JOIN %s t ON t.programme_id IN (p.programme_id, %L) AND lower(t.%I) = lower(p.email)
            CROSS JOIN LATERAL jsonb_each_text(to_jsonb(t)) x
            WHERE p.programme_id = $1 AND p.person_id = $2 AND p.email <> '''' AND x.value IS NOT NULL
              AND x.key <> ''programme_id''', t.tabled, t.tabled, nobodys, t.named) USING programme, person;
    END LOOP;
    RETURN QUERY SELECT 'answer', a.study, a.wave, a.record, a.item, a.question, a.value, a.at
        FROM logic.answers_held(programme, known.evaluations) a;
    RETURN QUERY SELECT 'tie_received', r.study, r.wave, NULL::text, r.item, NULL::text, r.value, NULL::timestamptz
        FROM logic.ties_received(programme, known) r;
    RETURN QUERY SELECT 'audit', NULL::text, NULL::text, a.number::text, a.record::jsonb ->> 'action', NULL::text,
        logic.actor_label(programme, (a.record::jsonb ->> 'actor')::uuid), (a.record::jsonb ->> 'at')::timestamptz
        FROM logic.records_naming(programme, known, NULL, NULL) a;
    IF to_regclass('identity.account') IS NOT NULL THEN
        RETURN QUERY EXECUTE '
            SELECT ''account'', NULL::text, NULL::text, a.account_id::text, x.key, NULL::text, x.value, NULL::timestamptz
            FROM identity.person p
            JOIN identity.account a ON a.programme_id = p.programme_id AND lower(a.email) = lower(p.email)
            CROSS JOIN LATERAL jsonb_each_text(to_jsonb(a)) x
            WHERE p.programme_id = $1 AND p.person_id = $2 AND p.email <> '''' AND x.value IS NOT NULL
              AND x.key <> ''programme_id''' USING programme, person;
    END IF;
END
$$;

-- The audit trail's records that name the person: a pseudonym, the e-mail address, or a name of several words.
CREATE FUNCTION logic.records_naming(programme uuid, known logic.pseudonyms, name text, email text)
RETURNS SETOF debrief.audit_record
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT r.* FROM debrief.audit_record r
    WHERE r.programme_id = programme AND (
        EXISTS (SELECT FROM unnest((known).persons || (known).participants || (known).invitations || (known).evaluations) i
                WHERE strpos(r.record, i::text) > 0)
        OR (strpos(coalesce(email, ''), '@') > 0 AND strpos(lower(r.record), lower(email)) > 0)
        OR (strpos(coalesce(name, ''), ' ') > 0 AND strpos(lower(r.record), lower(name)) > 0))
$$;

CREATE FUNCTION logic.export_notes(programme uuid) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_array(
    'Answers are listed with every revision; one that a later evaluation replaces counts no more.',
    'tie_received: how others answered about the person is the others'' answer too; who said what is theirs.')
    || CASE WHEN EXISTS (SELECT FROM debrief.study s WHERE s.programme_id = programme AND s.anonymity = 'anonymous') THEN
        '["Answers given in anonymous mode are not here: nobody knows whose they are."]'::jsonb ELSE '[]' END;

-- A text that a spreadsheet would take for a formula has an apostrophe before it.
CREATE FUNCTION logic.csv_cell(content text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN '"' || CASE WHEN content ~ '^[=+@\t\r＝＋－＠]' OR content ~ '^-' AND content !~ '^-[0-9.]+$' THEN '''' ELSE '' END
           || replace(coalesce(content, ''), '"', '""') || '"';

CREATE FUNCTION logic.person_export(programme uuid, person uuid, as_csv boolean, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    told text;
BEGIN
    IF NOT EXISTS (SELECT FROM identity.person p WHERE p.programme_id = programme AND p.person_id = person) THEN
        RETURN logic.problem(404, 'not-found', 'no such person');
    END IF;
    PERFORM logic.audit_append(programme, actor, 'person.exported', jsonb_build_object('person', person));
    IF as_csv THEN
        SELECT 'area,study,wave,record,item,question,value,at' || E'\r\n' || coalesce(string_agg(
                   (SELECT string_agg(logic.csv_cell(c), ',' ORDER BY n)
                    FROM unnest(ARRAY[r.area, r.study, r.wave, r.record, r.item, r.question, r.value, logic.utc(r.at)])
                        WITH ORDINALITY AS u (c, n)) || E'\r\n', '' ORDER BY r.area, r.study, r.wave, r.at, r.record, r.item), '')
        INTO told FROM logic.person_rows(programme, person) r;
    ELSE
        SELECT json_build_object('person', person, 'exported_at', logic.utc(now()), 'rows',
                   coalesce(json_agg(json_build_object('area', r.area, 'study', r.study, 'wave', r.wave, 'record', r.record,
                       'item', r.item, 'question', r.question, 'value', r.value, 'at', logic.utc(r.at))
                       ORDER BY r.area, r.study, r.wave, r.at, r.record, r.item), '[]'),
                   'notes', logic.export_notes(programme))::text
        INTO told FROM logic.person_rows(programme, person) r;
    END IF;
    RETURN ROW(200, told)::logic.answer;
END
$$;

-- Which of these references belong to people who were erased.
CREATE FUNCTION logic.persons_erased(programme uuid, wanted text[]) RETURNS TABLE (reference text, erased_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT r, e.erased_on FROM identity.salt s CROSS JOIN unnest(wanted) r
    JOIN identity.erased e ON e.programme_id = programme AND e.mark = sha256(s.salt || convert_to(r, 'UTF8'))
    WHERE s.programme_id = programme
$$;

-- They are known again: somebody joined another trip, or agreed.
CREATE FUNCTION logic.persons_readmit(programme uuid, wanted text[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    WITH gone AS (
        DELETE FROM identity.erased e USING identity.salt s, unnest(wanted) r
        WHERE s.programme_id = programme AND e.programme_id = programme
          AND e.mark = sha256(s.salt || convert_to(r, 'UTF8')) RETURNING 1)
    SELECT count(*) FROM gone
$$;

-- Nobody computes or answers in these studies until this transaction ends. A job that has begun is waited for; one that
-- waits here starts again and sees what was erased, because its lease has changed meanwhile.
CREATE FUNCTION logic.studies_hold(programme uuid, studies uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO debrief.lease AS l (programme_id, name, holder, epoch, until)
    SELECT programme, 'study/' || s, '00000000-0000-0000-0000-000000000000', 0, '-infinity'
    FROM unnest(studies) s ORDER BY s
    ON CONFLICT (programme_id, name) DO UPDATE SET until = l.until;
    PERFORM FROM debrief.study s WHERE s.programme_id = programme AND s.study_id = ANY (studies)
        ORDER BY s.study_id FOR NO KEY UPDATE;
    PERFORM FROM debrief.wave w WHERE w.programme_id = programme AND w.study_id = ANY (studies)
        ORDER BY w.wave_id FOR UPDATE;
END
$$;

-- Deletes from, or counts in, a table the rows of a condition over $1 programme and $2 pseudonyms.
CREATE FUNCTION logic.personal_take(programme uuid, known logic.pseudonyms, tabled text, condition text, for_real boolean)
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    taken bigint;
BEGIN
    IF for_real THEN
        EXECUTE format('WITH gone AS (DELETE FROM %s t WHERE %s RETURNING 1) SELECT count(*) FROM gone', tabled, condition)
            INTO taken USING programme, known;
    ELSE
        EXECUTE format('SELECT count(*) FROM %s t WHERE %s', tabled, condition) INTO taken USING programme, known;
    END IF;
    RETURN taken;
END
$$;

-- An interviewee's interviews with everything that hangs on them; the tables that name an interview come first.
CREATE FUNCTION logic.interviews_erase(programme uuid, known logic.pseudonyms, for_real boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    removed jsonb := '{}';
    t record;
BEGIN
    FOR t IN
        SELECT c.oid::regclass::text AS tabled,
               CASE WHEN bool_or(a.attname = 'interview') THEN 't.interview = ANY (($2).interviews)'
                    ELSE 't.segment IN (SELECT s.segment FROM debrief.segment s
                                        WHERE s.programme_id = $1 AND s.interview = ANY (($2).interviews))' END AS named
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped AND a.atttypid = 'text'::regtype
            AND a.attname IN ('interview', 'segment')
        WHERE n.nspname = 'debrief' AND c.relkind IN ('r', 'p') AND c.relname <> 'interview'
          AND EXISTS (SELECT FROM pg_attribute p WHERE p.attrelid = c.oid AND p.attname = 'programme_id')
        GROUP BY c.oid
        ORDER BY array_position('{debrief.coding,debrief.coder_segment,debrief.segment}', c.oid::regclass::text) NULLS FIRST, 1
    LOOP
        removed := removed || jsonb_build_object(split_part(t.tabled, '.', 2), logic.personal_take(
            programme, known, t.tabled, 't.programme_id = $1 AND ' || t.named, for_real));
    END LOOP;
    RETURN removed;
END
$$;

-- What others answered about the person, in what they sent and in what they have not sent yet: in every table of a wave's
-- answers, compiled (`texts`) or as they are given (`answers`). Levels are compiled as answers.h says: "uuid":level,
-- without a blank. Says in how many of them.
CREATE FUNCTION logic.rosters_forget(programme uuid, known logic.pseudonyms, for_real boolean) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    forgotten bigint := 0;
    step bigint;
    person uuid;
    t record;
BEGIN
    FOR t IN
        SELECT c.oid::regclass::text AS tabled, a.attname AS held, CASE a.attname
                   WHEN 'texts' THEN 'regexp_replace(regexp_replace(t.texts, '','' || $4, '''', ''g''), $4 || '',?'', '''', ''g'')'
                   ELSE '(SELECT coalesce(jsonb_object_agg(x.key, CASE jsonb_typeof(x.value) WHEN ''object'' THEN x.value - $3
                                                                                             ELSE x.value END), ''{}'')
                          FROM jsonb_each(t.answers) x)' END AS left_of,
               CASE WHEN EXISTS (SELECT FROM pg_attribute p WHERE p.attrelid = c.oid AND p.attname = 'participant_id')
                    THEN '(t.participant_id IS NULL OR t.participant_id <> ALL (($2).participants))' ELSE 'true' END AS others
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
            AND (a.attname, a.atttypid) IN (('texts', 'text'::regtype), ('answers', 'jsonb'::regtype))
        WHERE n.nspname = 'debrief' AND c.relkind IN ('r', 'p')
          AND EXISTS (SELECT FROM pg_attribute w WHERE w.attrelid = c.oid AND w.attname = 'wave_id' AND NOT w.attisdropped)
        ORDER BY 1
    LOOP
        FOREACH person IN ARRAY known.participants LOOP
            EXECUTE format(CASE WHEN for_real THEN
                    'WITH changed AS (UPDATE %1$s t SET %2$I = %3$s WHERE %4$s RETURNING 1) SELECT count(*) FROM changed'
                ELSE 'SELECT count(*) FROM %1$s t WHERE %4$s' END, t.tabled, t.held, t.left_of,
                format('t.programme_id = $1 AND t.wave_id = ANY (($2).waves) AND strpos(t.%I::text, $3) > 0 AND %s',
                       t.held, t.others))
                INTO step USING programme, known, person::text, '"' || person || '":(null|-?[0-9]+)';
            forgotten := forgotten + step;
        END LOOP;
    END LOOP;
    RETURN forgotten;
END
$$;

-- The places that stay (see the table seat): of who is counted in a study with a closed wave, whose releases tell the sums
-- of open waves too; and in anonymous mode, where the answer stays too. So an erasure changes no row of a release.
CREATE FUNCTION logic.seats_of(programme uuid, known logic.pseudonyms)
RETURNS TABLE (study_id uuid, sector text, is_staff boolean, codes jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT s.study_id, d.sector, d.is_staff, coalesce((
        SELECT jsonb_object_agg(w.wave_id, c.code)
        FROM debrief.wave w
        LEFT JOIN debrief.disposition o ON o.programme_id = w.programme_id AND o.wave_id = w.wave_id
            AND o.participant_id = d.participant_id
        LEFT JOIN LATERAL (
            SELECT logic.derived_code(e.answered, e.applicable) AS code FROM debrief.evaluation e
            WHERE e.programme_id = w.programme_id AND e.wave_id = w.wave_id AND e.participant_id = d.participant_id
              AND NOT EXISTS (SELECT FROM debrief.evaluation l WHERE l.programme_id = w.programme_id
                              AND l.wave_id = w.wave_id AND l.replaces = e.evaluation_id)) e ON true
        CROSS JOIN LATERAL (SELECT coalesce(o.code, e.code) AS code) c
        WHERE w.programme_id = programme AND w.study_id = s.study_id AND c.code IS NOT NULL), '{}')
    FROM debrief.delegate d
    JOIN debrief.study s ON s.programme_id = d.programme_id AND s.study_id = d.study_id
    WHERE d.programme_id = programme AND d.participant_id = ANY ((known).participants)
      AND d.study_id = ANY ((known).studies) AND d.valid_until = 'infinity' AND d.travelled AND s.archived_at IS NULL
      AND (s.anonymity = 'anonymous'
           OR EXISTS (SELECT FROM debrief.wave w WHERE w.programme_id = programme AND w.study_id = s.study_id
                      AND w.closed_at IS NOT NULL))
$$;

-- What an erasure cannot take, in sentences for whoever answers the person.
CREATE FUNCTION logic.erasure_leaves(programme uuid, known logic.pseudonyms, email text, forgotten bigint, seats bigint)
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
DECLARE
    stays text[] := '{}';
    has_account boolean := false;
BEGIN
    IF EXISTS (SELECT FROM debrief.release r WHERE r.programme_id = programme AND r.study_id = ANY (known.studies)) THEN
        stays := stays || ('Releases stand, and the coded groups of at least five answers that they are computed from: '
            'nobody''s answer can be told from them. Only an interviewee''s quotes are taken out.')::text;
    END IF;
    IF seats > 0 THEN
        stays := stays || ('In studies with a closed wave the place stays counted, by sector and by whether it was '
            'answered, as releases have told it; nothing leads from it to the person.')::text;
    END IF;
    IF cardinality(known.evaluations) > 0 OR forgotten > 0 THEN
        stays := stays || ('The hashes that receipts are signed over stand, also of others'' answers that named the '
            'person; they contain no answer.')::text;
    END IF;
    IF EXISTS (SELECT FROM debrief.study s WHERE s.programme_id = programme AND s.study_id = ANY (known.studies)
               AND s.anonymity = 'anonymous') THEN
        stays := stays || 'An answer given in anonymous mode cannot be erased: nobody knows whose it is.'::text;
    END IF;
    IF to_regclass('identity.account') IS NOT NULL AND email <> '' THEN
        EXECUTE 'SELECT EXISTS (SELECT FROM identity.account a WHERE a.programme_id = $1 AND lower(a.email) = lower($2))'
            INTO has_account USING programme, email;
    END IF;
    IF has_account THEN
        stays := stays || 'The person''s account for the organiser''s desk stays until it is revoked.'::text;
    END IF;
    RETURN to_jsonb(stays || ARRAY[
        'What others wrote in free text may name the person: only somebody who reads it can tell.',
        'A salted hash of the person''s reference stays, so that importing it again is noticed.',
        'Backups and the database''s log hold the person until they are rotated.']);
END
$$;

-- The person's pseudonyms, names and answers, everywhere; see what each step says. Facts and internal metrics follow.
CREATE FUNCTION logic.person_erase(programme uuid, person uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    for_real boolean := NOT coalesce((given ->> 'dry_run')::boolean, false);
    who identity.person;
    known logic.pseudonyms;
    held uuid[];
    nobodys constant uuid := '00000000-0000-0000-0000-000000000000'; -- who asks for a lost link names no programme
    seats bigint;
    removed jsonb := '{}';
    forgotten bigint;
    records bigint;
    studies jsonb;
    stays jsonb;
    t record;
BEGIN
    -- One order of locks for everybody: studies, interviews, people, as jobs and imports take them.
    IF for_real THEN
        known := logic.pseudonyms_of(programme, person);
        held := known.studies;
        PERFORM logic.studies_hold(programme, held);
        PERFORM FROM debrief.interview_set s WHERE s.programme_id = programme FOR UPDATE;
        PERFORM FROM identity.person p WHERE p.programme_id = programme AND p.person_id = person FOR UPDATE;
    END IF;
    SELECT * INTO who FROM identity.person p WHERE p.programme_id = programme AND p.person_id = person;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such person, or erased already');
    END IF;
    IF (who.name <> '' AND strpos(lower(given ->> 'reason'), lower(who.name)) > 0)
       OR (who.email <> '' AND strpos(lower(given ->> 'reason'), lower(who.email)) > 0) THEN
        RETURN logic.problem(422, 'invalid', 'the reason names the person; it stays in the audit trail');
    END IF;
    known := logic.pseudonyms_of(programme, person); -- with what was committed while this waited
    IF for_real AND NOT known.studies <@ held THEN
        RAISE EXCEPTION 'the person joined another study meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;

    SELECT count(*), jsonb_agg(jsonb_build_object('study', s.study_id, 'name', s.name,
                                                  'seat', CASE WHEN f.study_id IS NULL THEN 'none' ELSE 'kept' END)
                               ORDER BY s.starts_on, s.name, s.study_id)
    INTO seats, studies
    FROM debrief.study s LEFT JOIN logic.seats_of(programme, known) f ON f.study_id = s.study_id
    WHERE s.programme_id = programme AND s.study_id = ANY (known.studies);
    SELECT count(*) INTO seats FROM logic.seats_of(programme, known);
    stays := logic.erasure_leaves(programme, known, who.email, logic.rosters_forget(programme, known, false), seats);
    IF for_real THEN
        INSERT INTO debrief.seat (programme_id, study_id, seat_id, sector, is_staff, codes)
        SELECT programme, f.study_id, gen_random_uuid(), f.sector, f.is_staff, f.codes
        FROM logic.seats_of(programme, known) f;
    END IF;

    forgotten := logic.rosters_forget(programme, known, for_real);
    removed := logic.interviews_erase(programme, known, for_real);
    FOR t IN SELECT p.tabled, p.columns FROM logic.personal_tables() p LOOP
        removed := removed || jsonb_build_object(split_part(t.tabled, '.', 2), logic.personal_take(
            programme, known, t.tabled, logic.personal_condition(t.columns), for_real));
    END LOOP;
    SELECT count(*) INTO records FROM logic.records_naming(programme, known, who.name, who.email);
    FOR t IN SELECT a.tabled, a.named FROM logic.address_tables() a WHERE who.email <> '' LOOP
        removed := removed || jsonb_build_object(split_part(t.tabled, '.', 2), logic.personal_take(
            programme, known, t.tabled, format('t.programme_id IN ($1, %L) AND lower(t.%I) = lower(%L)', nobodys, t.named, who.email),
            for_real));
    END LOOP;
    removed := (SELECT coalesce(jsonb_object_agg(r.key, r.value), '{}')
                FROM jsonb_each(removed) r WHERE r.value <> '0');

    IF for_real THEN
        DELETE FROM debrief.audit_record r
        WHERE r.programme_id = programme AND r.number IN (
            SELECT n.number FROM logic.records_naming(programme, known, who.name, who.email) n);
        INSERT INTO identity.salt (programme_id, salt)
        VALUES (programme, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) ON CONFLICT DO NOTHING;
        INSERT INTO identity.erased (programme_id, mark, erased_on)
        SELECT programme, sha256(s.salt || convert_to(who.reference, 'UTF8')), now()::date
        FROM identity.salt s WHERE s.programme_id = programme
        ON CONFLICT DO NOTHING;
        PERFORM logic.mark_stale(programme, s) FROM unnest(known.studies) s;
        IF cardinality(known.interviews) > 0 THEN
            UPDATE debrief.interview_set i SET changed_at = clock_timestamp() WHERE i.programme_id = programme;
            PERFORM logic.mark_recoded(programme);
            PERFORM logic.quotes_retract(programme);
        END IF;
        PERFORM pg_notify('debriefd_wave', programme::text);
        PERFORM logic.audit_append(programme, actor, 'person.erased', jsonb_build_object(
            'reason', given ->> 'reason', 'removed', removed, 'records', records, 'studies', studies));
    ELSE
        PERFORM logic.audit_append(programme, actor, 'person.erasure_tried', jsonb_build_object('person', person));
    END IF;
    RETURN ROW(200, jsonb_build_object('person', person, 'dry_run', NOT for_real, 'removed', removed,
        'changed', jsonb_build_object('answers_of_others', forgotten, 'audit_records', records),
        'studies', coalesce(studies, '[]'), 'stays', stays)::text)::logic.answer;
END
$$;

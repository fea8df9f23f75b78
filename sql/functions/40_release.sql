-- Disclosure atoms and releases. Which contributions enter is decided by the daemon from counts only.

-- The disclosure families of a study's closed waves. An index some of whose items are measures of their own is
-- published as those items' means: the family has the index's name, its contributors are the complete cases, and no
-- cell of the index itself. Any other index, and a customer index, is published alone, from its complete cases too: what
-- index somebody can have depends on how many items are answered, so that a bin could tell who is in it.
-- A gain is the difference of a person's two answers, maybe in two waves; it belongs to the wave that measures it.
-- A measured item outside every index and gain is a family of its own. The family '*' is who answered at all.
-- In no family are
--   what stands behind a condition: who was asked it depends on an answer, so even its count would tell that answer;
--   an index published alone of whose items another family shows some, or an earlier one (by name) has some, and a gain
--   of whose answers an index, or a gain that comes first, has some: two coded histograms of the same answers can be
--   played against each other;
--   what two answers say together (uptake, conversion, the gap of two indices), because those are shown alone.
-- Of gains that share an answer the one that was released stays; else the earliest wave's comes first, and there the
-- retrospective one, whose two answers are given on the same day by the same yardstick. A gain of waves that are not
-- closed yet holds an item back too, because it could not be shown beside it later.
CREATE FUNCTION logic.families(programme uuid, study uuid)
RETURNS TABLE (wave_id uuid, family text, type text, minimum integer, slots integer[], items text[], low integer[],
               high integer[], reversed boolean[], other_wave uuid, is_other boolean[], used text[])
LANGUAGE sql STABLE AS $$
    WITH asked AS MATERIALIZED (
        SELECT w.wave_id, w.kind, w.closed_at IS NOT NULL AS is_closed, v.compiled,
               row_number() OVER (ORDER BY array_position('{pre,post,fu}', w.kind), w.kind) AS place
        FROM debrief.wave w
        JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
            AND v.version = w.version
        WHERE w.programme_id = programme AND w.study_id = study
    ), slot AS MATERIALIZED (
        SELECT a.wave_id, s.*, a.wave_id || '/' || s.slot AS name
        FROM asked a CROSS JOIN jsonb_to_recordset(a.compiled -> 'slots')
            AS s (slot integer, item text, part text, min integer, max integer, reverse boolean, conditional boolean)
    ), measured AS MATERIALIZED (
        SELECT a.wave_id, m.items -> 0 ->> 'item' AS item
        FROM asked a CROSS JOIN jsonb_to_recordset(a.compiled -> 'measures') AS m (type text, items jsonb)
        WHERE m.type IN ('rating', 'nps', 'binary', 'count')
    ), member AS MATERIALIZED (
        SELECT c.wave_id, f.id, f.type, f.minimum, x.i, x.m ->> 'item' AS item, (x.m ->> 'slot')::integer AS slot,
               (x.m ->> 'min')::integer AS low, (x.m ->> 'max')::integer AS high, (x.m ->> 'reverse')::boolean AS reversed,
               (x.m ->> 'conditional')::boolean AS conditional, c.wave_id || '/' || (x.m ->> 'slot') AS name,
               f.type = 'index' AND EXISTS (SELECT FROM measured d
                                            WHERE d.wave_id = c.wave_id AND d.item = x.m ->> 'item') AS shown
        FROM asked c CROSS JOIN jsonb_to_recordset(c.compiled -> 'composites')
            AS f (id text, type text, minimum integer, items jsonb)
        CROSS JOIN LATERAL jsonb_array_elements(f.items) WITH ORDINALITY AS x (m, i)
        WHERE f.type IN ('index', 'nki')
    ), composite AS MATERIALIZED (
        SELECT m.wave_id, m.id, m.minimum, bool_or(m.shown) AS shown, array_agg(m.slot ORDER BY m.i) AS slots,
               coalesce(array_agg(m.slot) FILTER (WHERE m.shown), '{}') AS shown_slots,
               array_agg(CASE WHEN m.shown THEN m.item END ORDER BY m.i) AS items, array_agg(m.low ORDER BY m.i) AS low,
               array_agg(m.high ORDER BY m.i) AS high, array_agg(m.reversed ORDER BY m.i) AS reversed,
               array_agg(m.name) AS used
        FROM member m GROUP BY m.wave_id, m.id, m.minimum HAVING bool_and(m.conditional IS NOT TRUE)
    ), index AS MATERIALIZED (
        SELECT m.* FROM composite m
        WHERE m.shown OR NOT EXISTS (SELECT FROM composite o WHERE o.wave_id = m.wave_id
            AND (o.shown_slots && m.slots OR (NOT o.shown AND o.id < m.id AND o.slots && m.slots)))
    ), item AS MATERIALIZED (
        SELECT s.* FROM slot s
        WHERE s.conditional IS NOT TRUE
          AND EXISTS (SELECT FROM measured d WHERE d.wave_id = s.wave_id AND d.item = s.item)
          AND NOT EXISTS (SELECT FROM member m WHERE m.wave_id = s.wave_id AND m.item = s.item)
    ), entered AS MATERIALIZED (
        SELECT DISTINCT g.wave_id, g.family FROM debrief.atom_group g
        WHERE g.programme_id = programme AND g.study_id = study
    ), difference AS MATERIALIZED (
        SELECT a.wave_id, a.place, m.body ->> 'id' AS id, m.i AS position, array_agg(s.slot ORDER BY r.i) AS slots,
               array_agg(s.min ORDER BY r.i) AS low, array_agg(s.max ORDER BY r.i) AS high,
               array_agg(s.reverse ORDER BY r.i) AS reversed, array_agg(s.wave_id <> a.wave_id ORDER BY r.i) AS is_other,
               array_agg(s.name) AS used, (array_agg(s.wave_id) FILTER (WHERE s.wave_id <> a.wave_id))[1] AS other_wave
        FROM asked a CROSS JOIN jsonb_array_elements(a.compiled -> 'measures') WITH ORDINALITY AS m (body, i)
        CROSS JOIN jsonb_array_elements(m.body -> 'items') WITH ORDINALITY AS r (ref, i)
        JOIN asked b ON b.kind = coalesce(r.ref ->> 'wave', a.kind)
        JOIN slot s ON s.wave_id = b.wave_id AND s.item = r.ref ->> 'item' AND s.part = r.ref ->> 'part'
        WHERE m.body ->> 'type' = 'gain'
        GROUP BY a.wave_id, a.place, m.body ->> 'id', m.i
        HAVING count(*) = 2 AND bool_or(s.wave_id = a.wave_id) AND bool_and(s.conditional IS NOT TRUE)
           AND min(s.min) = max(s.min) AND min(s.max) = max(s.max)
    ), gain AS MATERIALIZED (
        SELECT DISTINCT ON (d.id) d.*, e.family IS NULL AS is_new
        FROM difference d LEFT JOIN entered e ON e.wave_id = d.wave_id AND e.family = d.id
        WHERE NOT EXISTS (SELECT FROM slot s WHERE s.wave_id = d.wave_id AND s.item = d.id)
        ORDER BY d.id, d.place
    ), difference_shown AS MATERIALIZED (
        SELECT g.* FROM gain g
        WHERE NOT EXISTS (SELECT FROM index x WHERE x.used && g.used)
          AND NOT EXISTS (SELECT FROM item i JOIN entered e ON e.wave_id = i.wave_id AND e.family = i.item
                          WHERE i.name = ANY (g.used))
          AND NOT EXISTS (SELECT FROM gain o WHERE o.id <> g.id AND o.used && g.used
                          AND (o.is_new, o.place, o.other_wave IS NOT NULL, o.position)
                            < (g.is_new, g.place, g.other_wave IS NOT NULL, g.position))
    ), every AS (
        SELECT m.wave_id, m.id, CASE WHEN m.shown THEN 'items' ELSE 'index' END,
               cardinality(m.slots), m.slots, m.items, m.low, m.high, m.reversed,
               NULL::uuid AS other_wave, NULL::boolean[], m.used
        FROM index m
        UNION ALL
        SELECT i.wave_id, i.item, 'item', 1, ARRAY[i.slot], ARRAY[i.item], ARRAY[i.min], ARRAY[i.max], ARRAY[i.reverse],
               NULL, NULL, ARRAY[i.name]
        FROM item i WHERE NOT EXISTS (SELECT FROM difference_shown g WHERE i.name = ANY (g.used))
        UNION ALL
        SELECT g.wave_id, g.id, 'gain', 2, g.slots, ARRAY[NULL, NULL]::text[], g.low, g.high, g.reversed, g.other_wave,
               g.is_other, g.used
        FROM difference_shown g
        UNION ALL
        SELECT a.wave_id, '*', 'frame', 0, '{}', '{}', '{}', '{}', '{}', NULL, NULL, '{}' FROM asked a
    )
    SELECT e.* FROM every e
    WHERE EXISTS (SELECT FROM asked a WHERE a.wave_id = e.wave_id AND a.is_closed)
      AND NOT EXISTS (SELECT FROM asked a WHERE a.wave_id = e.other_wave AND NOT a.is_closed)
$$;

-- Whether the evaluation, or one that it edits, has entered the family.
CREATE FUNCTION logic.has_entered(programme uuid, study uuid, wave uuid, named text, evaluation uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE edited AS (
        SELECT evaluation AS id
        UNION ALL
        SELECT e.replaces FROM edited r JOIN debrief.evaluation e
            ON e.programme_id = programme AND e.evaluation_id = r.id AND e.replaces IS NOT NULL)
    SELECT coalesce(bool_or((SELECT count(*) > 0 FROM debrief.atom_member m
                             WHERE m.programme_id = programme AND m.study_id = study AND m.wave_id = wave
                               AND m.family = named AND m.evaluation_id = r.id)), false)
    FROM edited r
$$;

-- Who contributes to which family and has not entered yet: per family the answered items and their scored sum; of a
-- gain the difference, for who answered both, entering with the evaluation of the gain's own wave.
-- Members are counted, not joined: right after a wave's first entries nothing is known about that table's size, and
-- a join planned for an empty one takes seconds.
CREATE FUNCTION logic.waiting(programme uuid, study uuid)
RETURNS TABLE (wave_id uuid, family text, type text, evaluation_id uuid, sector text, answered integer,
               total integer, items text[], raw integer[])
LANGUAGE sql STABLE AS $$
    WITH family AS MATERIALIZED (
        SELECT * FROM logic.families(programme, study)
    ), standing AS MATERIALIZED (
        SELECT s.* FROM logic.standing(programme, study) s WHERE s.code IN ('I', 'P')
    ), outside AS MATERIALIZED (
        SELECT s.evaluation_id, s.sector, s.scores, b.scores AS other_scores, f.*
        FROM standing s JOIN family f ON f.wave_id = s.wave_id
        LEFT JOIN standing b ON b.wave_id = f.other_wave AND b.participant_id = s.participant_id
        WHERE (SELECT count(*) FROM debrief.atom_member m
               WHERE m.programme_id = programme AND m.study_id = study AND m.wave_id = f.wave_id
                 AND m.family = f.family AND m.evaluation_id = s.evaluation_id) = 0
          -- An edit of a contribution that entered would count twice: it waits.
          AND CASE WHEN s.replaces IS NULL THEN true
                   ELSE NOT logic.has_entered(programme, study, f.wave_id, f.family, s.replaces) END
    )
    SELECT o.wave_id, o.family, o.type, o.evaluation_id, o.sector, a.answered, a.total, o.items, a.raw
    FROM outside o
    CROSS JOIN LATERAL (
        SELECT count(*)::integer AS answered,
               sum(CASE WHEN o.type = 'gain' AND v.i = 1 THEN -1 ELSE 1 END
                   * CASE WHEN v.reversed THEN v.low + v.high - v.score ELSE v.score END)::integer AS total,
               array_agg(v.score::integer ORDER BY v.i) AS raw
        FROM (SELECT u.low, u.high, u.reversed, u.i,
                     CASE WHEN u.is_other THEN o.other_scores[u.slot] ELSE o.scores[u.slot] END AS score
              FROM unnest(o.slots, o.low, o.high, o.reversed, o.is_other) WITH ORDINALITY
                  AS u (slot, low, high, reversed, is_other, i)) v
        WHERE v.score BETWEEN v.low AND v.high) a
    WHERE a.answered >= o.minimum
$$;

-- A function with a setting is planned at each call: a plan kept from when no wave had members scans them all, once
-- for every contribution.
-- The counts that decide and the histograms that are coded. A row with an empty item counts contributors and names
-- their evaluations; an index's cell has its answered count and scored sum, an item's cell its raw value as the sum, a
-- gain's cell the difference.
CREATE FUNCTION logic.waiting_counts(programme uuid, study uuid)
RETURNS TABLE (wave text, wave_id uuid, family text, type text, item text, sector text, answered integer,
               total integer, n bigint, evaluations uuid[])
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
    WITH contribution AS MATERIALIZED (SELECT * FROM logic.waiting(programme, study)),
    cell AS (
        SELECT c.wave_id, c.family, c.type, '' AS item, c.sector, 0 AS answered, 0 AS total, count(*) AS n,
               array_agg(c.evaluation_id) AS evaluations
        FROM contribution c GROUP BY c.wave_id, c.family, c.type, c.sector
        UNION ALL
        SELECT c.wave_id, c.family, c.type, c.family, c.sector, c.answered, c.total, count(*), NULL
        FROM contribution c WHERE c.type = 'index'
        GROUP BY c.wave_id, c.family, c.type, c.sector, c.answered, c.total
        UNION ALL
        SELECT c.wave_id, c.family, c.type, u.item, c.sector, 1, u.value, count(*), NULL
        FROM contribution c CROSS JOIN LATERAL unnest(c.items, c.raw) AS u (item, value)
        WHERE c.type IN ('items', 'item') AND u.item IS NOT NULL
        GROUP BY c.wave_id, c.family, c.type, u.item, c.sector, u.value
        UNION ALL
        SELECT c.wave_id, c.family, c.type, c.family, c.sector, 1, c.total, count(*), NULL
        FROM contribution c WHERE c.type = 'gain'
        GROUP BY c.wave_id, c.family, c.type, c.sector, c.total
    )
    SELECT w.kind, c.wave_id, c.family, c.type, c.item, c.sector, c.answered, c.total, c.n, c.evaluations
    FROM cell c JOIN debrief.wave w ON w.programme_id = programme AND w.wave_id = c.wave_id
    ORDER BY c.wave_id, c.family, c.item, c.sector, c.answered, c.total
$$;

-- Lets these contributions to the family enter as one atom of the group, with its coded histogram.
-- `cells` is an array of {item, value, n}, `moved` what coding changed. Returns how many entered.
CREATE FUNCTION logic.atom_enter(programme uuid, study uuid, wave uuid, named text, grouped text, contributions uuid[],
                                 cells jsonb, moved jsonb) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    next_entry integer := 1 + coalesce((SELECT max(a.entry) FROM debrief.atom a
        WHERE a.programme_id = programme AND a.study_id = study AND a.wave_id = wave AND a.family = named
          AND a.group_id = grouped), 0);
    entered integer;
BEGIN
    INSERT INTO debrief.atom_member (programme_id, study_id, wave_id, family, evaluation_id, group_id, entry)
    SELECT programme, study, wave, named, c.id, grouped, next_entry FROM unnest(contributions) c (id);
    GET DIAGNOSTICS entered = ROW_COUNT;
    INSERT INTO debrief.atom (programme_id, study_id, wave_id, family, group_id, entry, n, moved)
    VALUES (programme, study, wave, named, grouped, next_entry, entered, moved);
    INSERT INTO debrief.atom_cell (programme_id, study_id, wave_id, family, group_id, entry, item, value, n)
    SELECT programme, study, wave, named, grouped, next_entry, c.item, c.value, c.n
    FROM jsonb_to_recordset(cells) AS c (item text, value smallint, n integer);
    RETURN entered;
END
$$;

CREATE FUNCTION logic.groups_freeze(programme uuid, study uuid, wave uuid, named text, groups jsonb) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO debrief.atom_group (programme_id, study_id, wave_id, family, group_id, sectors, answers)
    SELECT programme, study, wave, named, g.id, g.sectors, g.answers
    FROM jsonb_to_recordset(groups) AS g (id text, sectors text[], answers integer[])
    ON CONFLICT (programme_id, study_id, wave_id, family, group_id) DO NOTHING
$$;

-- Makes what admission left waiting what it is now: `counts` is an array of {wave, family, sector, n}.
CREATE FUNCTION logic.waiting_replace(programme uuid, study uuid, counts jsonb) RETURNS void
LANGUAGE sql AS $$
    DELETE FROM debrief.atom_waiting w WHERE w.programme_id = programme AND w.study_id = study;
    INSERT INTO debrief.atom_waiting (programme_id, study_id, wave_id, family, sector, n)
    SELECT programme, study, c.wave, c.family, c.sector, c.n
    FROM jsonb_to_recordset(counts) AS c (wave uuid, family text, sector text, n integer)
$$;

-- Opens the study's next release, unless the newest one has the same rows. Returns its number, or null when nothing
-- new is to be said. Its rows follow in the same transaction, which is durable before anybody can see them: what was
-- seen and lost would be coded anew. Nothing takes a withdrawn release's place before an organiser says so.
CREATE FUNCTION logic.release_publish(programme uuid, study uuid, held bigint, hash bytea) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    newest debrief.release;
    next_number integer;
BEGIN
    SELECT * INTO newest FROM debrief.release r WHERE r.programme_id = programme AND r.study_id = study
    ORDER BY r.number DESC LIMIT 1 FOR SHARE; -- one that is being withdrawn makes this fail, and try again
    IF newest.withdrawn_at IS NULL AND newest.content_hash = hash
        OR newest.withdrawn_at IS NOT NULL AND newest.resumed_at IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('synchronous_commit', 'on', true);
    next_number := coalesce(newest.number, 0) + 1;
    INSERT INTO debrief.release (programme_id, study_id, number, epoch, content_hash)
    VALUES (programme, study, next_number, held, hash);
    UPDATE debrief.wave w SET released_at = now()
    WHERE w.programme_id = programme AND w.study_id = study AND w.closed_at IS NOT NULL AND w.released_at IS NULL;
    PERFORM logic.mail_replan(programme, study); -- thanks follow a wave's first release
    -- Dated as late as can be: events that commit together are told in the order of their times.
    INSERT INTO debrief.outbox (programme_id, event_id, kind, study_id, payload, created_at)
    VALUES (programme, gen_random_uuid(), 'released', study,
            json_build_object('study', NULLIF(study, '00000000-0000-0000-0000-000000000000'), 'release', next_number)::text,
            clock_timestamp());
    PERFORM pg_notify('debriefd_release', programme || '/' || study || '/' || next_number);
    RETURN next_number;
END
$$;

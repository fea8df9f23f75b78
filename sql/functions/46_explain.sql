-- Why each metric is shown or held back, from what admission and publishing stored: groups with the counts they were
-- decided from, the epochs that entered, who waits, and the reasons in the newest release's rows. No number of a
-- release is said, so that a withdrawn one can be explained too.

-- An outcome's rule: what the release says, told apart where its one code has several causes. Behind a condition stands
-- what is in no family because of it; an index whose family shows its items is the mean of their means; of a gain that
-- is shown, only what its differences say.
CREATE FUNCTION logic.rule_of(null_reason text, is_conditional boolean, is_mean boolean, is_gain boolean) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN null_reason IS NULL THEN NULL
            WHEN null_reason <> 'withheld_linked' THEN regexp_replace(null_reason, '^withheld_', '')
            WHEN is_conditional THEN 'condition' WHEN is_mean THEN 'mean_of_items' WHEN is_gain THEN 'difference'
            ELSE 'linked' END;

-- What the waves measure: an item, an index, or what two answers say together, by the wave its rows name; the waves and
-- slots it is of, the slots as in logic.families; and whether a condition decides who is asked.
CREATE FUNCTION logic.measured(programme uuid, study uuid)
RETURNS TABLE (wave text, item text, waves uuid[], used text[], is_conditional boolean, is_gain_index boolean)
LANGUAGE sql STABLE AS $$
    WITH compiled AS MATERIALIZED (
        SELECT w.wave_id, w.kind, v.compiled FROM debrief.wave w
        JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
            AND v.version = w.version
        WHERE w.programme_id = programme AND w.study_id = study
    ), slot AS MATERIALIZED (
        SELECT c.wave_id, c.kind, s.item, s.part, s.conditional IS TRUE AS conditional, c.wave_id || '/' || s.slot AS name
        FROM compiled c CROSS JOIN jsonb_to_recordset(c.compiled -> 'slots')
            AS s (slot integer, item text, part text, conditional boolean)
    ), measure AS MATERIALIZED (
        SELECT c.wave_id, c.kind, m.* FROM compiled c
        CROSS JOIN jsonb_to_recordset(c.compiled -> 'measures') AS m (id text, type text, items jsonb, measures jsonb)
    ), pair AS MATERIALIZED (
        SELECT m.wave_id, m.kind, m.id, m.type, s.wave_id AS other, s.name, s.conditional
        FROM measure m CROSS JOIN jsonb_array_elements(m.items) AS r (ref)
        JOIN slot s ON s.kind = coalesce(r.ref ->> 'wave', m.kind) AND s.item = r.ref ->> 'item'
            AND s.part = r.ref ->> 'part'
        WHERE m.type IN ('gain', 'uptake', 'conversion', 'index')
    )
    SELECT s.kind, s.item, ARRAY[s.wave_id], array_agg(s.name), bool_or(s.conditional), false
    FROM slot s GROUP BY s.wave_id, s.kind, s.item
    UNION ALL
    SELECT c.kind, f.id, ARRAY[c.wave_id], array_agg(c.wave_id || '/' || m.slot), bool_or(m.conditional IS TRUE), false
    FROM compiled c CROSS JOIN jsonb_to_recordset(c.compiled -> 'composites') AS f (id text, type text, items jsonb)
    CROSS JOIN jsonb_to_recordset(f.items) AS m (slot integer, conditional boolean)
    GROUP BY c.wave_id, c.kind, f.id
    UNION ALL
    SELECT min(CASE p.type WHEN 'gain' THEN 'pair' ELSE p.kind END), p.id, array_agg(p.wave_id) || array_agg(p.other),
           array_agg(p.name), bool_or(p.conditional), false
    FROM pair p WHERE p.type <> 'index' GROUP BY p.wave_id, p.id
    UNION ALL
    SELECT min(CASE m.type WHEN 'gain_index' THEN 'pair' ELSE m.kind END), m.id, array_agg(p.wave_id) || array_agg(p.other),
           array_agg(p.name), bool_or(p.conditional), bool_or(m.type = 'gain_index')
    FROM measure m CROSS JOIN jsonb_array_elements_text(m.measures) AS r (id)
    JOIN pair p ON p.wave_id = m.wave_id AND p.id = r.id
    WHERE m.type IN ('gain_index', 'gap')
    GROUP BY m.wave_id, m.id
$$;

-- A family's frozen groups, with what was counted when they were frozen, what entered since, and who waits.
CREATE FUNCTION logic.groups_json(programme uuid, study uuid, wave uuid, named text, item text, with_coding boolean)
RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_agg(json_build_object(
        'group', g.group_id,
        'sectors', (SELECT json_agg(json_build_object('sector', s.sector, 'answers', s.answers) ORDER BY s.i)
                    FROM unnest(g.sectors, g.answers) WITH ORDINALITY AS s (sector, answers, i)),
        'epochs', (SELECT coalesce(json_agg(json_build_object(
                       'answers', a.n, 'entered_at', logic.utc(a.entered_at),
                       'moved', CASE WHEN with_coding THEN coalesce((a.moved ->> item)::integer, 0) END)
                       ORDER BY a.entry), '[]')
                   FROM debrief.atom a WHERE a.programme_id = programme AND a.study_id = study AND a.wave_id = wave
                     AND a.family = named AND a.group_id = g.group_id),
        'waiting', (SELECT coalesce(sum(t.n), 0) FROM debrief.atom_waiting t
                    WHERE t.programme_id = programme AND t.study_id = study AND t.wave_id = wave
                      AND t.family = named AND (t.sector = ANY (g.sectors) OR t.sector = 'all')))
        ORDER BY array_position(p.sectors, g.sectors[1]), g.group_id)
    FROM debrief.atom_group g JOIN debrief.programme p ON p.programme_id = programme
    WHERE g.programme_id = programme AND g.study_id = study AND g.wave_id = wave AND g.family = named
$$;

-- Who waits in a sector that is in no group: there was none yet, or the sector had nobody when they were frozen.
CREATE FUNCTION logic.ungrouped_json(programme uuid, study uuid, wave uuid, named text) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_agg(json_build_object('sector', t.sector, 'answers', t.n)
                    ORDER BY array_position(p.sectors, t.sector), t.sector)
    FROM debrief.atom_waiting t JOIN debrief.programme p ON p.programme_id = programme
    WHERE t.programme_id = programme AND t.study_id = study AND t.wave_id = wave AND t.family = named
      AND NOT EXISTS (SELECT FROM debrief.atom_group g WHERE g.programme_id = programme AND g.study_id = study
                      AND g.wave_id = wave AND g.family = named
                      AND (t.sector = ANY (g.sectors) OR t.sector = 'all'))
$$;

-- Why an internal row of interviews is in no release; null for what is the analyst's. A theme that is told elsewhere is
-- one of trips for the programme, and one of the programme for a trip.
CREATE FUNCTION logic.interview_reason(metric text, is_told boolean, is_few boolean, is_elsewhere boolean) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN metric NOT IN ('interviewees', 'int.count', 'int.prevalence', 'int.quantifier', 'int.balance',
                                'int.disagreement', 'int.divided', 'quote.publishable') THEN NULL
            WHEN NOT is_told THEN 'withheld_open' WHEN is_few THEN 'withheld_k'
            WHEN is_elsewhere THEN 'withheld_elsewhere' ELSE 'withheld_approval' END;

CREATE FUNCTION logic.explanations(programme uuid, study uuid, fewest integer, with_coding boolean)
RETURNS TABLE (place bigint, body json)
LANGUAGE sql STABLE AS $$
    WITH measured AS MATERIALIZED (
        -- What the instruments of two waves name alike is explained once.
        SELECT DISTINCT ON (m.wave, m.item) m.* FROM logic.measured(programme, study) m
        ORDER BY m.wave, m.item, m.waves
    ), opened AS MATERIALIZED (
        SELECT w.wave_id, w.kind FROM debrief.wave w
        WHERE w.programme_id = programme AND w.study_id = study AND w.closed_at IS NULL
    ), family AS MATERIALIZED (
        SELECT f.*, w.kind FROM logic.families(programme, study) f
        JOIN debrief.wave w ON w.programme_id = programme AND w.wave_id = f.wave_id
    ), newest AS (
        SELECT max(r.number) AS number FROM debrief.release r WHERE r.programme_id = programme AND r.study_id = study
    ), released AS MATERIALIZED (
        SELECT m.family, m.wave, m.item, m.metric, m.slice, m.position,
               m.value IS NOT NULL OR m.text_value IS NOT NULL AS is_shown, m.null_reason
        FROM debrief.release_metric m JOIN newest n ON m.number = n.number
        WHERE m.programme_id = programme AND m.study_id = study
    ), interviews AS MATERIALIZED (
        SELECT EXISTS (SELECT FROM released r WHERE r.family = 'interview') AS is_told,
               coalesce((SELECT m.value FROM debrief.metric m WHERE m.programme_id = programme AND m.study_id = study
                         AND m.family = 'interview' AND m.metric = 'interviewees') < fewest, false) AS is_few
    ), internal AS (
        -- What no row of the release is about: of an open wave, or for the analyst only. A change of the network is
        -- over two waves, its panel over all.
        SELECT m.family, m.wave, m.item, m.metric, min(m.position) AS position,
               EXISTS (SELECT FROM opened o WHERE o.kind = ANY (string_to_array(m.wave, '>')) OR m.item = 'net_panel')
               OR EXISTS (SELECT FROM measured d JOIN opened o ON o.wave_id = ANY (d.waves)
                          WHERE d.wave = m.wave AND d.item = m.item) AS is_open,
               CASE WHEN m.family = 'interview' THEN logic.interview_reason(m.metric, t.is_told, t.is_few,
                   c.trip_specific = (study = '00000000-0000-0000-0000-000000000000')) END AS reason
        FROM debrief.metric m CROSS JOIN interviews t
        LEFT JOIN debrief.code c ON m.family = 'interview' AND c.programme_id = programme AND c.code = m.item
        WHERE m.programme_id = programme AND m.study_id = study
          AND NOT EXISTS (SELECT FROM released r WHERE (r.family, r.wave, r.item, r.metric)
                          = (m.family, m.wave, m.item, m.metric))
        GROUP BY m.family, m.wave, m.item, m.metric, t.is_told, t.is_few, c.trip_specific
    ), stated AS (
        SELECT r.family, r.wave, r.item, r.metric, r.position,
               CASE WHEN r.is_shown THEN 'shown' WHEN r.null_reason LIKE 'withheld%' THEN 'held_back' ELSE 'undefined' END
                   AS outcome, r.null_reason, r.slice
        FROM released r
        UNION ALL
        SELECT i.family, i.wave, i.item, i.metric, i.position + 1000000,
               CASE WHEN i.is_open OR i.reason IS NOT NULL THEN 'held_back' ELSE 'internal' END,
               CASE WHEN i.is_open THEN 'withheld_open' ELSE i.reason END, NULL
        FROM internal i
    ), placed AS (
        SELECT s.*, m.used, coalesce(m.is_conditional, false) AS is_conditional,
               coalesce(m.is_gain_index, false) AS is_gain_index, d.family AS disclosed, d.type AS disclosed_type,
               d.wave_id AS disclosed_wave
        FROM (SELECT t.family, t.wave, t.item, t.metric, t.outcome, t.null_reason, min(t.position) AS position,
                     array_agg(t.slice ORDER BY t.position) FILTER (WHERE t.slice IS NOT NULL) AS slices
              FROM stated t GROUP BY t.family, t.wave, t.item, t.metric, t.outcome, t.null_reason) s
        LEFT JOIN measured m ON m.wave = s.wave AND m.item = s.item
        LEFT JOIN LATERAL (
            SELECT f.family, f.type, f.wave_id FROM family f
            WHERE f.kind = s.wave AND CASE WHEN s.family = 'response' THEN f.family = '*' AND s.item = ''
                      ELSE f.type <> 'gain' AND (f.type = 'items' AND s.item = ANY (f.items) OR f.family = s.item) END
               OR s.wave = 'pair' AND f.type = 'gain' AND f.family = s.item
            ORDER BY f.family LIMIT 1) d ON true
    ), ruled AS (
        SELECT p.*, logic.rule_of(p.null_reason, p.is_conditional,
                   p.disclosed_type = 'items' AND p.disclosed = p.item
                   OR p.is_gain_index AND EXISTS (SELECT FROM released r WHERE r.wave = 'pair' AND r.item = p.item
                                                  AND r.is_shown),
                   p.disclosed_type = 'gain') AS rule
        FROM placed p
    )
    SELECT min(r.position), json_build_object('family', r.family, 'wave', r.wave, 'item', r.item,
        'metrics', json_agg(json_build_object('metric', r.metric, 'outcome', r.outcome, 'rule', r.rule,
                                              'slices', coalesce(r.slices, '{}')) ORDER BY r.position),
        'disclosure_family', r.disclosed,
        'groups', coalesce(logic.groups_json(programme, study, r.disclosed_wave, r.disclosed, r.item, with_coding), '[]'),
        'ungrouped', coalesce(logic.ungrouped_json(programme, study, r.disclosed_wave, r.disclosed), '[]'),
        'linked_with', (SELECT coalesce(json_agg(f.family ORDER BY f.family), '[]') FROM family f
                        WHERE f.used && r.used AND f.family <> r.item AND bool_or(r.rule = 'linked')))
    FROM ruled r
    GROUP BY r.family, r.wave, r.item, r.disclosed, r.used, r.disclosed_wave
$$;

-- Questions that no metric is made of.
CREATE FUNCTION logic.unmeasured(programme uuid, study uuid) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT coalesce(json_agg(json_build_object('wave', w.kind, 'item', i.id, 'type', i.type)
                             ORDER BY w.opens_at, w.kind, i.n), '[]')
    FROM debrief.wave w
    JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
        AND v.version = w.version
    CROSS JOIN LATERAL (SELECT o ->> 'id' AS id, o ->> 'type' AS type, n
                        FROM jsonb_array_elements(v.definition::jsonb -> 'items') WITH ORDINALITY AS e (o, n)) i
    WHERE w.programme_id = programme AND w.study_id = study AND i.type <> 'section'
      AND NOT EXISTS (SELECT FROM debrief.metric m WHERE m.programme_id = programme AND m.study_id = study
                      AND m.wave = w.kind AND m.item = i.id)
      AND NOT EXISTS (SELECT FROM jsonb_array_elements(v.definition::jsonb -> 'measures') s
                      WHERE s -> 'items' ? i.id)
$$;

CREATE FUNCTION logic.release_explain(programme uuid, study uuid, fewest integer, distribution integer,
                                      with_coding boolean) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_object('study', study, 'release', r.number, 'released_at', logic.utc(r.released_at),
        'withdrawn_at', logic.utc(r.withdrawn_at), 'withdrawn_reason', r.withdrawn_reason,
        'on_hold', logic.is_on_hold(programme, study),
        'least_answers', fewest, 'least_distribution', distribution,
        'items', (SELECT coalesce(json_agg(e.body ORDER BY e.place, e.body ->> 'wave', e.body ->> 'item'), '[]')
                  FROM logic.explanations(programme, study, fewest, with_coding) e),
        'unmeasured', logic.unmeasured(programme, study))
    FROM (SELECT 1) one
    LEFT JOIN LATERAL (SELECT * FROM debrief.release l WHERE l.programme_id = programme AND l.study_id = study
                       ORDER BY l.number DESC LIMIT 1) r ON true
$$;

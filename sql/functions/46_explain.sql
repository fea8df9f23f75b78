-- Why each metric is shown or held back, from what admission and publishing stored: groups with the counts they were
-- decided from, the epochs that entered, who waits, and the reasons in the newest release's rows. No number of a
-- release is said, so that a withdrawn one can be explained too.

-- An outcome's rule: what the release says, told apart where its one code has several causes. Behind a condition stands
-- what is in no family because of it; an index whose family shows its items is the mean of their means.
CREATE FUNCTION logic.rule_of(null_reason text, is_conditional boolean, is_mean boolean) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN null_reason IS NULL THEN NULL
            WHEN null_reason <> 'withheld_linked' THEN regexp_replace(null_reason, '^withheld_', '')
            WHEN is_conditional THEN 'condition' WHEN is_mean THEN 'mean_of_items' ELSE 'linked' END;

-- What the waves measure: an item or index, its slots, and whether a condition decides who is asked.
CREATE FUNCTION logic.measured(programme uuid, study uuid)
RETURNS TABLE (wave_id uuid, item text, slots integer[], is_conditional boolean)
LANGUAGE sql STABLE AS $$
    WITH compiled AS MATERIALIZED (
        SELECT w.wave_id, v.compiled FROM debrief.wave w
        JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
            AND v.version = w.version
        WHERE w.programme_id = programme AND w.study_id = study
    )
    SELECT c.wave_id, s.item, array_agg(s.slot), bool_or(s.conditional IS TRUE)
    FROM compiled c CROSS JOIN jsonb_to_recordset(c.compiled -> 'slots') AS s (slot integer, item text, conditional boolean)
    GROUP BY c.wave_id, s.item
    UNION ALL
    SELECT c.wave_id, f.id, array_agg(m.slot), bool_or(m.conditional IS TRUE)
    FROM compiled c CROSS JOIN jsonb_to_recordset(c.compiled -> 'composites') AS f (id text, type text, items jsonb)
    CROSS JOIN jsonb_to_recordset(f.items) AS m (slot integer, conditional boolean)
    GROUP BY c.wave_id, f.id
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
                      AND t.family = named AND t.sector = ANY (g.sectors)))
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
                      AND g.wave_id = wave AND g.family = named AND t.sector = ANY (g.sectors))
$$;

CREATE FUNCTION logic.explanations(programme uuid, study uuid, with_coding boolean)
RETURNS TABLE (place bigint, body json)
LANGUAGE sql STABLE AS $$
    WITH measured AS MATERIALIZED (
        SELECT m.*, w.kind AS wave FROM logic.measured(programme, study) m
        JOIN debrief.wave w ON w.programme_id = programme AND w.wave_id = m.wave_id
    ), family AS MATERIALIZED (
        SELECT f.* FROM logic.families(programme, study) f
    ), newest AS (
        SELECT max(r.number) AS number FROM debrief.release r WHERE r.programme_id = programme AND r.study_id = study
    ), released AS MATERIALIZED (
        SELECT m.family, m.wave, m.item, m.metric, m.slice, m.position,
               m.value IS NOT NULL OR m.text_value IS NOT NULL AS is_shown, m.null_reason
        FROM debrief.release_metric m JOIN newest n ON m.number = n.number
        WHERE m.programme_id = programme AND m.study_id = study
    ), internal AS (
        -- What no row of the release is about: of an open wave, or for the analyst only.
        SELECT m.family, m.wave, m.item, m.metric, min(m.position) AS position,
               EXISTS (SELECT FROM debrief.wave w WHERE w.programme_id = programme AND w.study_id = study
                       AND w.kind = m.wave AND w.closed_at IS NULL) AS is_open
        FROM debrief.metric m
        WHERE m.programme_id = programme AND m.study_id = study
          AND NOT EXISTS (SELECT FROM released r WHERE (r.family, r.wave, r.item, r.metric)
                          = (m.family, m.wave, m.item, m.metric))
        GROUP BY m.family, m.wave, m.item, m.metric
    ), stated AS (
        SELECT r.family, r.wave, r.item, r.metric, r.position,
               CASE WHEN r.is_shown THEN 'shown' WHEN r.null_reason LIKE 'withheld%' THEN 'held_back' ELSE 'undefined' END
                   AS outcome, r.null_reason, r.slice
        FROM released r
        UNION ALL
        SELECT i.family, i.wave, i.item, i.metric, i.position + 1000000,
               CASE WHEN i.is_open THEN 'held_back' ELSE 'internal' END,
               CASE WHEN i.is_open THEN 'withheld_open' END, NULL
        FROM internal i
    ), placed AS (
        SELECT s.*, m.wave_id, m.slots, coalesce(m.is_conditional, false) AS is_conditional,
               (SELECT min(f.family) FROM family f JOIN debrief.wave w ON w.programme_id = programme
                    AND w.wave_id = f.wave_id AND w.kind = s.wave
                WHERE CASE WHEN s.family = 'response' THEN f.family = '*' AND s.item = ''
                           ELSE f.type = 'items' AND s.item = ANY (f.items) OR f.family = s.item END) AS disclosed
        FROM (SELECT t.family, t.wave, t.item, t.metric, t.outcome, t.null_reason, min(t.position) AS position,
                     array_agg(t.slice ORDER BY t.position) FILTER (WHERE t.slice IS NOT NULL) AS slices
              FROM stated t GROUP BY t.family, t.wave, t.item, t.metric, t.outcome, t.null_reason) s
        LEFT JOIN measured m ON m.wave = s.wave AND m.item = s.item
    ), ruled AS (
        SELECT p.*, logic.rule_of(p.null_reason, p.is_conditional, p.disclosed = p.item
                   AND EXISTS (SELECT FROM family f WHERE f.wave_id = p.wave_id AND f.family = p.item
                               AND f.type = 'items')) AS rule
        FROM placed p
    )
    SELECT min(r.position), json_build_object('family', r.family, 'wave', r.wave, 'item', r.item,
        'metrics', json_agg(json_build_object('metric', r.metric, 'outcome', r.outcome, 'rule', r.rule,
                                              'slices', coalesce(r.slices, '{}')) ORDER BY r.position),
        'disclosure_family', r.disclosed,
        'groups', coalesce(logic.groups_json(programme, study, w.wave_id, r.disclosed, r.item, with_coding), '[]'),
        'ungrouped', coalesce(logic.ungrouped_json(programme, study, w.wave_id, r.disclosed), '[]'),
        'linked_with', (SELECT coalesce(json_agg(f.family ORDER BY f.family), '[]') FROM family f
                        WHERE f.wave_id = w.wave_id AND f.slots && r.slots AND f.family <> r.item
                          AND bool_or(r.rule = 'linked')))
    FROM ruled r
    LEFT JOIN debrief.wave w ON w.programme_id = programme AND w.study_id = study AND w.kind = r.wave
    GROUP BY r.family, r.wave, r.item, r.disclosed, r.slots, w.wave_id
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
                  FROM logic.explanations(programme, study, with_coding) e),
        'unmeasured', logic.unmeasured(programme, study))
    FROM (SELECT 1) one
    LEFT JOIN LATERAL (SELECT * FROM debrief.release l WHERE l.programme_id = programme AND l.study_id = study
                       ORDER BY l.number DESC LIMIT 1) r ON true
$$;

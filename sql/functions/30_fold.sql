-- Facts: exact integer counts per study. A fold adds or takes away whole evaluations, so that an incremental
-- fold and a rebuild give the same rows, whatever the order.

-- I: at least 80 % of the applicable questions answered; P: at least half; else a break-off, which counts as R
-- (cut-offs as in AAPOR's Standard Definitions).
CREATE FUNCTION logic.derived_code(answered smallint, applicable smallint) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN applicable = 0 OR answered * 5 >= applicable * 4 THEN 'I'
            WHEN answered * 2 >= applicable THEN 'P' ELSE 'R' END;

-- The evaluations of a study that count: of delegates who travelled and are not staff, not superseded, with the
-- disposition that an organiser set or else the derived one.
CREATE FUNCTION logic.standing(programme uuid, study uuid)
RETURNS TABLE (wave_id uuid, evaluation_id uuid, replaces uuid, participant_id uuid, sector text, code text,
               scores smallint[])
LANGUAGE sql STABLE AS $$
    SELECT e.wave_id, e.evaluation_id, e.replaces, e.participant_id, d.sector,
           coalesce(o.code, logic.derived_code(e.answered, e.applicable)), e.scores
    FROM debrief.wave w
    -- Two branches, because each of the two indexes that lead from a wave to its evaluations is partial.
    CROSS JOIN LATERAL (
        SELECT f.* FROM debrief.evaluation f
        WHERE f.programme_id = w.programme_id AND f.wave_id = w.wave_id AND f.replaces IS NULL
          AND f.participant_id IS NOT NULL
        UNION ALL
        SELECT f.* FROM debrief.evaluation f
        WHERE f.programme_id = w.programme_id AND f.wave_id = w.wave_id AND f.replaces IS NOT NULL) e
    JOIN debrief.delegate d ON d.programme_id = w.programme_id AND d.study_id = w.study_id
        AND d.participant_id = e.participant_id AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
    LEFT JOIN debrief.disposition o ON o.programme_id = e.programme_id AND o.wave_id = e.wave_id
        AND o.participant_id = e.participant_id
    WHERE w.programme_id = programme AND w.study_id = study
      AND NOT EXISTS (SELECT FROM debrief.evaluation s WHERE s.programme_id = e.programme_id
                      AND s.wave_id = e.wave_id AND s.replaces = e.evaluation_id)
$$;

-- Adds (sign 1) or takes away (sign -1) evaluations. Only complete and partial ones carry answers. Evaluations (e),
-- buckets of a wave and a sector (b) and composites (c) are numbered, because grouping by them is most of the work.
CREATE FUNCTION logic.fold_signed(programme uuid, study uuid, evaluations uuid[], signs smallint[]) RETURNS void
LANGUAGE sql AS $$
    WITH slot AS MATERIALIZED (
        SELECT w.wave_id, s.slot, s.item || CASE WHEN s.part <> '' THEN '.' || s.part ELSE '' END AS item
        FROM debrief.wave w
        JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
            AND v.version = w.version
        CROSS JOIN jsonb_to_recordset(v.compiled -> 'slots') AS s (slot integer, item text, part text)
        WHERE w.programme_id = programme AND w.study_id = study
    ), composite AS MATERIALIZED (
        SELECT row_number() OVER ()::integer AS c, w.wave_id, x.id, x.type, x.items,
               jsonb_array_length(x.items) AS size
        FROM debrief.wave w
        JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
            AND v.version = w.version
        CROSS JOIN jsonb_to_recordset(v.compiled -> 'composites') AS x (id text, type text, items jsonb)
        WHERE w.programme_id = programme AND w.study_id = study
    ), member AS MATERIALIZED (
        SELECT c.c, c.wave_id, c.type = 'reliability' AS is_scale, c.size, (x.m ->> 'slot')::integer AS slot,
               (x.m ->> 'min')::integer AS min, (x.m ->> 'max')::integer AS max,
               (x.m ->> 'reverse')::boolean AS reverse, x.i::integer AS i
        FROM composite c CROSS JOIN LATERAL jsonb_array_elements(c.items) WITH ORDINALITY AS x (m, i)
    ), given AS MATERIALIZED (
        SELECT g.e::integer AS e, e.wave_id, d.sector, g.sign, e.scores
        FROM unnest(evaluations, signs) WITH ORDINALITY AS g (evaluation_id, sign, e)
        JOIN debrief.evaluation e ON e.programme_id = programme AND e.evaluation_id = g.evaluation_id
        JOIN debrief.delegate d ON d.programme_id = programme AND d.study_id = study
            AND d.participant_id = e.participant_id AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
        LEFT JOIN debrief.disposition o ON o.programme_id = programme AND o.wave_id = e.wave_id
            AND o.participant_id = e.participant_id
        WHERE coalesce(o.code, logic.derived_code(e.answered, e.applicable)) IN ('I', 'P')
    ), bucket AS MATERIALIZED (
        SELECT row_number() OVER ()::integer AS b, x.wave_id, x.sector
        FROM (SELECT DISTINCT g.wave_id, g.sector FROM given g) x
    ), signed AS MATERIALIZED (
        SELECT g.e, b.b, b.wave_id, g.sign, g.scores
        FROM given g JOIN bucket b ON b.wave_id = g.wave_id AND b.sector = g.sector
    ), counted AS (
        INSERT INTO debrief.fact_count AS f (programme_id, study_id, wave_id, item, sector, value, n)
        SELECT programme, study, b.wave_id, slot.item, b.sector, x.value, x.n
        FROM (SELECT y.b, y.slot, y.value, sum(y.sign) AS n
              FROM (SELECT s.b, s.sign, generate_subscripts(s.scores, 1) AS slot, unnest(s.scores) AS value
                    FROM signed s) y
              GROUP BY y.b, y.slot, y.value HAVING sum(y.sign) <> 0) x
        JOIN bucket b ON b.b = x.b
        JOIN slot ON slot.wave_id = b.wave_id AND slot.slot = x.slot
        ON CONFLICT (programme_id, study_id, wave_id, item, sector, value) DO UPDATE SET n = f.n + excluded.n
    ), scored AS MATERIALIZED (
        SELECT s.e, s.b, s.sign, m.c, m.is_scale, m.size, m.i,
               CASE WHEN m.reverse THEN m.min + m.max - s.scores[m.slot] ELSE s.scores[m.slot] END AS x
        FROM signed s JOIN member m ON m.wave_id = s.wave_id
        WHERE s.scores[m.slot] BETWEEN m.min AND m.max
    ), composed AS (
        INSERT INTO debrief.fact_composite AS f (programme_id, study_id, wave_id, composite, sector, answered, total, n)
        SELECT programme, study, b.wave_id, c.id, b.sector, x.answered, x.total, x.n
        FROM (SELECT y.b, y.c, y.answered, y.total, sum(y.sign) AS n
              FROM (SELECT s.e, s.c, s.b, s.sign, count(*)::smallint AS answered, sum(s.x)::integer AS total
                    FROM scored s WHERE NOT s.is_scale GROUP BY s.e, s.c, s.b, s.sign) y
              GROUP BY y.b, y.c, y.answered, y.total HAVING sum(y.sign) <> 0) x
        JOIN bucket b ON b.b = x.b
        JOIN composite c ON c.c = x.c
        ON CONFLICT (programme_id, study_id, wave_id, composite, sector, answered, total)
            DO UPDATE SET n = f.n + excluded.n
    ), complete AS MATERIALIZED (
        SELECT s.c, s.sign::bigint AS sign, array_agg(s.x ORDER BY s.i) AS x
        FROM scored s WHERE s.is_scale
        GROUP BY s.e, s.c, s.size, s.sign HAVING count(*) = s.size
    )
    INSERT INTO debrief.fact_moment AS f (programme_id, study_id, wave_id, scale, i, j, total)
    SELECT programme, study, c.wave_id, c.id, x.i, x.j, x.total
    FROM (SELECT t.c, t.i, t.j, sum(t.total) AS total
          FROM (SELECT p.c, 0 AS i, 0 AS j, p.sign AS total FROM complete p
                UNION ALL
                SELECT p.c, m.i, 0, p.sign * p.x[m.i] FROM complete p JOIN member m ON m.c = p.c
                UNION ALL
                SELECT p.c, m.i, n.i, p.sign * p.x[m.i] * p.x[n.i]
                FROM complete p JOIN member m ON m.c = p.c JOIN member n ON n.c = p.c AND n.i <= m.i) t
          GROUP BY t.c, t.i, t.j HAVING sum(t.total) <> 0) x
    JOIN composite c ON c.c = x.c
    ON CONFLICT (programme_id, study_id, wave_id, scale, i, j) DO UPDATE SET total = f.total + excluded.total
$$;

-- Folds what is pending into the study's facts, or rebuilds them when the study's frame changed or `afresh` asks.
-- Returns how many evaluations were folded, whether it was a rebuild, and whether the frame had changed.
CREATE FUNCTION logic.fold(programme uuid, study uuid, afresh boolean)
RETURNS TABLE (folded integer, rebuilt boolean, was_stale boolean)
LANGUAGE plpgsql AS $$
DECLARE
    fresh uuid[];
    ids uuid[];
    signs smallint[];
BEGIN
    DELETE FROM debrief.stale s WHERE s.programme_id = programme AND s.study_id = study;
    was_stale := FOUND;
    rebuilt := was_stale OR afresh;
    WITH taken AS (
        DELETE FROM debrief.pending p WHERE p.programme_id = programme AND p.study_id = study RETURNING p.evaluation_id)
    SELECT coalesce(array_agg(t.evaluation_id), '{}') INTO fresh FROM taken t;
    IF rebuilt THEN
        DELETE FROM debrief.fact_count f WHERE f.programme_id = programme AND f.study_id = study;
        DELETE FROM debrief.fact_composite f WHERE f.programme_id = programme AND f.study_id = study;
        DELETE FROM debrief.fact_moment f WHERE f.programme_id = programme AND f.study_id = study;
        DELETE FROM debrief.fact_participation f WHERE f.programme_id = programme AND f.study_id = study;
        WITH s AS MATERIALIZED (
            SELECT * FROM logic.standing(programme, study)
        ), participation AS (
            INSERT INTO debrief.fact_participation (programme_id, study_id, wave_id, participant_id, code)
            SELECT programme, study, s.wave_id, s.participant_id, s.code FROM s
        )
        SELECT coalesce(array_agg(s.evaluation_id), '{}'), coalesce(array_agg(1::smallint), '{}') INTO ids, signs
        FROM s;
    ELSE
        SELECT coalesce(array_agg(x.id), '{}'), coalesce(array_agg(x.sign::smallint), '{}') INTO ids, signs
        FROM (SELECT f.id, 1 AS sign FROM unnest(fresh) f (id)
              UNION ALL
              SELECT e.replaces, -1 FROM unnest(fresh) f (id)
              JOIN debrief.evaluation e ON e.programme_id = programme AND e.evaluation_id = f.id
              WHERE e.replaces IS NOT NULL) x;
        INSERT INTO debrief.fact_participation (programme_id, study_id, wave_id, participant_id, code)
        SELECT programme, study, s.wave_id, s.participant_id, s.code
        FROM unnest(fresh) f (id) JOIN logic.standing(programme, study) s ON s.evaluation_id = f.id
        ON CONFLICT (programme_id, study_id, wave_id, participant_id) DO UPDATE SET code = excluded.code;
    END IF;
    PERFORM logic.fold_signed(programme, study, ids, signs);
    DELETE FROM debrief.fact_count f WHERE f.programme_id = programme AND f.study_id = study AND f.n = 0;
    DELETE FROM debrief.fact_composite f WHERE f.programme_id = programme AND f.study_id = study AND f.n = 0;
    DELETE FROM debrief.fact_moment f WHERE f.programme_id = programme AND f.study_id = study AND f.total = 0;
    folded := cardinality(fresh);
    RETURN NEXT;
END
$$;

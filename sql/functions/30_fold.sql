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
RETURNS TABLE (wave_id uuid, evaluation_id uuid, participant_id uuid, sector text, code text, scores smallint[])
LANGUAGE sql STABLE AS $$
    SELECT e.wave_id, e.evaluation_id, e.participant_id, d.sector,
           coalesce(o.code, logic.derived_code(e.answered, e.applicable)), e.scores
    FROM debrief.wave w
    JOIN debrief.evaluation e ON e.programme_id = w.programme_id AND e.wave_id = w.wave_id
    JOIN debrief.delegate d ON d.programme_id = w.programme_id AND d.study_id = w.study_id
        AND d.participant_id = e.participant_id AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
    LEFT JOIN debrief.disposition o ON o.programme_id = e.programme_id AND o.wave_id = e.wave_id
        AND o.participant_id = e.participant_id
    WHERE w.programme_id = programme AND w.study_id = study
      AND NOT EXISTS (SELECT FROM debrief.evaluation s WHERE s.programme_id = e.programme_id
                      AND s.wave_id = e.wave_id AND s.replaces = e.evaluation_id)
$$;

-- Adds (sign 1) or takes away (sign -1) evaluations. Only complete and partial ones carry answers.
CREATE FUNCTION logic.fold_signed(programme uuid, study uuid, evaluations uuid[], signs smallint[]) RETURNS void
LANGUAGE sql AS $$
    WITH slot AS MATERIALIZED (
        SELECT w.wave_id, s.slot, s.item || CASE WHEN s.part <> '' THEN '.' || s.part ELSE '' END AS item
        FROM debrief.wave w
        JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
            AND v.version = w.version
        CROSS JOIN jsonb_to_recordset(v.compiled -> 'slots') AS s (slot integer, item text, part text)
        WHERE w.programme_id = programme AND w.study_id = study
    ), member AS MATERIALIZED (
        SELECT w.wave_id, c.id AS composite, c.type, m.slot, m.min, m.max, m.reverse, m.i
        FROM debrief.wave w
        JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
            AND v.version = w.version
        CROSS JOIN jsonb_to_recordset(v.compiled -> 'composites') AS c (id text, type text, items jsonb)
        CROSS JOIN LATERAL (SELECT (x.m ->> 'slot')::integer AS slot, (x.m ->> 'min')::integer AS min,
                                   (x.m ->> 'max')::integer AS max, (x.m ->> 'reverse')::boolean AS reverse, x.i
                            FROM jsonb_array_elements(c.items) WITH ORDINALITY AS x (m, i)) m
        WHERE w.programme_id = programme AND w.study_id = study
    ), signed AS MATERIALIZED (
        SELECT e.wave_id, e.evaluation_id, d.sector, g.sign, e.scores
        FROM unnest(evaluations, signs) AS g (evaluation_id, sign)
        JOIN debrief.evaluation e ON e.programme_id = programme AND e.evaluation_id = g.evaluation_id
        JOIN debrief.delegate d ON d.programme_id = programme AND d.study_id = study
            AND d.participant_id = e.participant_id AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
        LEFT JOIN debrief.disposition o ON o.programme_id = programme AND o.wave_id = e.wave_id
            AND o.participant_id = e.participant_id
        WHERE coalesce(o.code, logic.derived_code(e.answered, e.applicable)) IN ('I', 'P')
    ), counted AS (
        INSERT INTO debrief.fact_count AS f (programme_id, study_id, wave_id, item, sector, value, n)
        SELECT programme, study, c.wave_id, slot.item, c.sector, c.value, c.n
        FROM (SELECT s.wave_id, s.sector, x.slot, x.value, sum(s.sign) AS n
              FROM signed s CROSS JOIN LATERAL unnest(s.scores) WITH ORDINALITY AS x (value, slot)
              GROUP BY s.wave_id, s.sector, x.slot, x.value HAVING sum(s.sign) <> 0) c
        JOIN slot ON slot.wave_id = c.wave_id AND slot.slot = c.slot
        ON CONFLICT (programme_id, study_id, wave_id, item, sector, value) DO UPDATE SET n = f.n + excluded.n
    ), scored AS MATERIALIZED (
        SELECT s.wave_id, s.evaluation_id, s.sector, s.sign, m.composite, m.type, m.i,
               CASE WHEN m.reverse THEN m.min + m.max - s.scores[m.slot] ELSE s.scores[m.slot] END AS x
        FROM signed s JOIN member m ON m.wave_id = s.wave_id
        WHERE s.scores[m.slot] BETWEEN m.min AND m.max
    ), composed AS (
        INSERT INTO debrief.fact_composite AS f (programme_id, study_id, wave_id, composite, sector, answered, total, n)
        SELECT programme, study, c.wave_id, c.composite, c.sector, c.answered, c.total, sum(c.sign)
        FROM (SELECT s.wave_id, s.evaluation_id, s.sector, s.sign, s.composite, count(*)::smallint AS answered,
                     sum(s.x)::integer AS total
              FROM scored s WHERE s.type <> 'reliability'
              GROUP BY s.wave_id, s.evaluation_id, s.sector, s.sign, s.composite) c
        GROUP BY c.wave_id, c.composite, c.sector, c.answered, c.total HAVING sum(c.sign) <> 0
        ON CONFLICT (programme_id, study_id, wave_id, composite, sector, answered, total)
            DO UPDATE SET n = f.n + excluded.n
    ), complete AS MATERIALIZED (
        SELECT s.wave_id, s.evaluation_id, s.sign, s.composite, array_agg(s.x ORDER BY s.i) AS x
        FROM scored s WHERE s.type = 'reliability'
        GROUP BY s.wave_id, s.evaluation_id, s.sign, s.composite
        HAVING count(*) = (SELECT count(*) FROM member m WHERE m.wave_id = s.wave_id AND m.composite = s.composite)
    )
    INSERT INTO debrief.fact_moment AS f (programme_id, study_id, wave_id, scale, i, j, total)
    SELECT programme, study, t.wave_id, t.composite, t.i, t.j, sum(t.total)
    FROM (SELECT c.wave_id, c.composite, 0 AS i, 0 AS j, c.sign::bigint AS total FROM complete c
          UNION ALL
          SELECT c.wave_id, c.composite, a.i::integer, 0, c.sign::bigint * a.x
          FROM complete c CROSS JOIN LATERAL unnest(c.x) WITH ORDINALITY AS a (x, i)
          UNION ALL
          SELECT c.wave_id, c.composite, a.i::integer, b.j::integer, c.sign::bigint * a.x * b.x
          FROM complete c CROSS JOIN LATERAL unnest(c.x) WITH ORDINALITY AS a (x, i)
          CROSS JOIN LATERAL unnest(c.x) WITH ORDINALITY AS b (x, j) WHERE b.j <= a.i) t
    GROUP BY t.wave_id, t.composite, t.i, t.j HAVING sum(t.total) <> 0
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
        SELECT coalesce(array_agg(s.evaluation_id), '{}'), coalesce(array_agg(1::smallint), '{}') INTO ids, signs
        FROM logic.standing(programme, study) s;
        INSERT INTO debrief.fact_participation (programme_id, study_id, wave_id, participant_id, code)
        SELECT programme, study, s.wave_id, s.participant_id, s.code FROM logic.standing(programme, study) s;
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

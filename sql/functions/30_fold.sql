-- Facts: exact integer counts per study. The daemon folds (see fold.h): it adds or takes away whole evaluations.

-- I: at least 80 % of the questions that everybody is asked answered; P: at least half; else a break-off, which counts as R
-- (cut-offs as in AAPOR's Standard Definitions).
CREATE FUNCTION logic.derived_code(answered smallint, applicable smallint) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN applicable = 0 OR answered * 5 >= applicable * 4 THEN 'I'
            WHEN answered * 2 >= applicable THEN 'P' ELSE 'R' END;

-- The evaluations of a study that count: of delegates who travelled and are not staff, not superseded, with the
-- disposition that an organiser set or else the derived one. Each of an anonymous wave is a person's of its own, who is
-- in no sector ('').
-- Each wave's rows of each table are found by index and then hashed (hence the settings and OFFSET 0, which is never
-- flattened): while tables grow, statistics say that a wave is most of them, and a join planned so reads them all.
CREATE FUNCTION logic.standing(programme uuid, study uuid)
RETURNS TABLE (wave_id uuid, evaluation_id uuid, replaces uuid, participant_id uuid, sector text, code text,
               scores smallint[], texts text)
LANGUAGE sql STABLE SET enable_seqscan = off SET enable_nestloop = off AS $$
    SELECT w.wave_id, x.evaluation_id, x.replaces, x.participant_id, x.sector,
           coalesce(x.code, logic.derived_code(x.answered, x.applicable)), x.scores, x.texts
    FROM debrief.wave w
    CROSS JOIN LATERAL (
        SELECT e.*, d.sector, o.code
        -- Two branches, because each of the two indexes that lead from a wave to its evaluations is partial.
        FROM (SELECT f.* FROM debrief.evaluation f
              WHERE f.programme_id = w.programme_id AND f.wave_id = w.wave_id AND f.replaces IS NULL
                AND f.participant_id IS NOT NULL
              UNION ALL
              SELECT f.* FROM debrief.evaluation f
              WHERE f.programme_id = w.programme_id AND f.wave_id = w.wave_id AND f.replaces IS NOT NULL OFFSET 0) e
        JOIN (SELECT d.participant_id, d.sector FROM debrief.delegate d
              WHERE d.programme_id = w.programme_id AND d.study_id = w.study_id AND d.valid_until = 'infinity'
                AND d.travelled AND NOT d.is_staff OFFSET 0) d ON d.participant_id = e.participant_id
        LEFT JOIN (SELECT o.participant_id, o.code FROM debrief.disposition o
                   WHERE o.programme_id = w.programme_id AND o.wave_id = w.wave_id OFFSET 0) o
            ON o.participant_id = e.participant_id
        LEFT JOIN (SELECT s.replaces FROM debrief.evaluation s
                   WHERE s.programme_id = w.programme_id AND s.wave_id = w.wave_id AND s.replaces IS NOT NULL
                   OFFSET 0) s ON s.replaces = e.evaluation_id
        WHERE s.replaces IS NULL OFFSET 0) x
    WHERE w.programme_id = programme AND w.study_id = study AND NOT w.is_anonymous
    UNION ALL
    SELECT w.wave_id, e.evaluation_id, NULL, e.evaluation_id, '', logic.derived_code(e.answered, e.applicable), e.scores,
           e.texts
    FROM debrief.wave w
    CROSS JOIN LATERAL (
        SELECT f.* FROM debrief.evaluation f
        WHERE f.programme_id = w.programme_id AND f.wave_id = w.wave_id AND f.participant_id IS NULL OFFSET 0) e
    WHERE w.programme_id = programme AND w.study_id = study AND w.is_anonymous
$$;

-- Everybody's standing answers and dispositions, and those of the places of erased people: as of fold_fresh, but sign is 1.
CREATE FUNCTION logic.fold_every(programme uuid, study uuid)
RETURNS TABLE (person uuid, sector text, wave_id uuid, sign integer, code text, scores smallint[], texts text)
LANGUAGE sql STABLE SET enable_seqscan = off SET enable_nestloop = off AS $$
    WITH s AS MATERIALIZED (
        SELECT * FROM logic.standing(programme, study)
    )
    SELECT s.participant_id AS person, s.sector, s.wave_id, 1, s.code, CASE WHEN s.code IN ('I', 'P') THEN s.scores END,
           CASE WHEN s.code IN ('I', 'P') THEN s.texts END
    FROM s
    UNION ALL
    SELECT x.participant_id, x.sector, w.wave_id, 1, x.code, NULL, NULL
    FROM debrief.wave w
    CROSS JOIN LATERAL (
        SELECT d.participant_id, d.sector, o.code
        FROM (SELECT o.participant_id, o.code FROM debrief.disposition o
              WHERE o.programme_id = w.programme_id AND o.wave_id = w.wave_id OFFSET 0) o
        JOIN (SELECT d.participant_id, d.sector FROM debrief.delegate d
              WHERE d.programme_id = w.programme_id AND d.study_id = w.study_id AND d.valid_until = 'infinity'
                AND d.travelled AND NOT d.is_staff OFFSET 0) d ON d.participant_id = o.participant_id
        OFFSET 0) x
    WHERE w.programme_id = programme AND w.study_id = study
      AND (w.wave_id, x.participant_id) NOT IN (SELECT s.wave_id, s.participant_id FROM s)
    UNION ALL
    SELECT t.seat_id, t.sector, c.key::uuid, 1, c.value, NULL, NULL
    FROM debrief.seat t CROSS JOIN LATERAL jsonb_each_text(t.codes) c
    WHERE t.programme_id = programme AND t.study_id = study AND NOT t.is_staff
    ORDER BY person
$$;

-- Of the persons of `fresh`: what each stood for in every wave before (sign -1) and stands for now (sign 1). An
-- evaluation is edited at most once, so a person's evaluations of a wave are a chain, and what is new is its end.
-- One look-up in an index a row, and what was looked up is hashed, whatever the statistics say of tables that grow
-- (see logic.standing).
CREATE FUNCTION logic.fold_fresh(programme uuid, study uuid, fresh uuid[])
RETURNS TABLE (person uuid, sector text, wave_id uuid, sign integer, code text, scores smallint[], texts text)
LANGUAGE sql STABLE SET enable_seqscan = off SET enable_nestloop = off AS $$
    WITH RECURSIVE touched AS MATERIALIZED (
        SELECT DISTINCT d.participant_id, d.sector
        FROM unnest(fresh) f (id)
        CROSS JOIN LATERAL (
            SELECT e.participant_id FROM debrief.evaluation e
            WHERE e.programme_id = programme AND e.evaluation_id = f.id OFFSET 0) e
        CROSS JOIN LATERAL (
            SELECT d.participant_id, d.sector FROM debrief.delegate d
            WHERE d.programme_id = programme AND d.study_id = study AND d.participant_id = e.participant_id
              AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff OFFSET 0) d
    ), asked AS MATERIALIZED (
        SELECT w.wave_id FROM debrief.wave w WHERE w.programme_id = programme AND w.study_id = study
    ), chain AS (
        SELECT t.participant_id, w.wave_id, e.evaluation_id, 1 AS position
        FROM touched t
        CROSS JOIN asked w
        CROSS JOIN LATERAL (
            SELECT e.evaluation_id FROM debrief.evaluation e
            WHERE e.programme_id = programme AND e.wave_id = w.wave_id AND e.participant_id = t.participant_id
              AND e.replaces IS NULL OFFSET 0) e
        UNION ALL
        SELECT c.participant_id, c.wave_id, e.evaluation_id, c.position + 1
        FROM chain c
        CROSS JOIN LATERAL (
            SELECT e.evaluation_id FROM debrief.evaluation e
            WHERE e.programme_id = programme AND e.wave_id = c.wave_id AND e.replaces = c.evaluation_id OFFSET 0) e
    ), standing AS MATERIALIZED (
        SELECT DISTINCT ON (c.participant_id, c.wave_id, g.sign) c.participant_id, c.wave_id, g.sign, c.evaluation_id
        FROM chain c
        LEFT JOIN unnest(fresh) f (id) ON f.id = c.evaluation_id
        JOIN (VALUES (-1), (1)) g (sign) ON g.sign = 1 OR f.id IS NULL
        ORDER BY c.participant_id, c.wave_id, g.sign, c.position DESC
    ), disposed AS MATERIALIZED (
        SELECT t.participant_id, w.wave_id, o.code
        FROM touched t
        CROSS JOIN asked w
        CROSS JOIN LATERAL (
            SELECT o.code FROM debrief.disposition o
            WHERE o.programme_id = programme AND o.wave_id = w.wave_id AND o.participant_id = t.participant_id
            OFFSET 0) o
    ), known AS (
        SELECT s.participant_id, s.wave_id, s.sign,
               coalesce(o.code, logic.derived_code(e.answered, e.applicable)) AS code, e.scores, e.texts
        FROM standing s
        CROSS JOIN LATERAL (
            SELECT e.answered, e.applicable, e.scores, e.texts FROM debrief.evaluation e
            WHERE e.programme_id = programme AND e.evaluation_id = s.evaluation_id OFFSET 0) e
        LEFT JOIN disposed o ON o.wave_id = s.wave_id AND o.participant_id = s.participant_id
        UNION ALL
        SELECT o.participant_id, o.wave_id, g.sign, o.code, NULL, NULL
        FROM disposed o
        CROSS JOIN (VALUES (-1), (1)) g (sign)
        WHERE NOT EXISTS (SELECT FROM standing s WHERE s.participant_id = o.participant_id
                          AND s.wave_id = o.wave_id AND s.sign = g.sign)
    )
    SELECT k.participant_id, t.sector, k.wave_id, k.sign, k.code,
           CASE WHEN k.code IN ('I', 'P') THEN k.scores END, CASE WHEN k.code IN ('I', 'P') THEN k.texts END
    FROM known k JOIN touched t USING (participant_id)
    ORDER BY k.participant_id, k.sign
$$;

-- Takes what is pending. A study whose frame changed, or `afresh`, is folded from nothing. Contributions can enter an
-- atom only when `may_enter`: after a change of the frame, or when an evaluation of a closed wave came.
CREATE FUNCTION logic.fold_begin(programme uuid, study uuid, afresh boolean)
RETURNS TABLE (taken uuid[], folded integer, rebuilt boolean, was_stale boolean, may_enter boolean, counts bytea,
               content_hash bytea)
LANGUAGE plpgsql AS $$
BEGIN
    -- One that somebody is replacing stays for the next run (see mark_recoded).
    DELETE FROM debrief.stale t WHERE (t.programme_id, t.study_id, t.mark_id) IN (
        SELECT s.programme_id, s.study_id, s.mark_id FROM debrief.stale s
        WHERE s.programme_id = programme AND s.study_id = study FOR UPDATE SKIP LOCKED);
    was_stale := FOUND;
    WITH p AS (
        DELETE FROM debrief.pending p WHERE p.programme_id = programme AND p.study_id = study RETURNING p.evaluation_id)
    SELECT coalesce(array_agg(p.evaluation_id), '{}') INTO taken FROM p;
    folded := cardinality(taken);
    SELECT f.counts INTO counts FROM debrief.fact f WHERE f.programme_id = programme AND f.study_id = study;
    SELECT s.content_hash INTO content_hash FROM debrief.study_state s
    WHERE s.programme_id = programme AND s.study_id = study;
    rebuilt := was_stale OR afresh OR counts IS NULL;
    -- Whatever changes the delegation makes the study stale: people are counted then, and not at every answer.
    IF rebuilt THEN
        INSERT INTO debrief.fact AS f (programme_id, study_id, counts, members, staff)
        SELECT programme, study, '', array_agg(c.members ORDER BY c.position), array_agg(c.staff ORDER BY c.position)
        FROM (SELECT s.position, count(d.participant_id) FILTER (WHERE NOT d.is_staff) AS members,
                     count(d.participant_id) FILTER (WHERE d.is_staff) AS staff
              FROM debrief.programme p
              CROSS JOIN LATERAL unnest(p.sectors) WITH ORDINALITY AS s (sector, position)
              LEFT JOIN (SELECT t.participant_id, t.sector, t.is_staff FROM debrief.delegate t
                         WHERE t.programme_id = programme AND t.study_id = study AND t.valid_until = 'infinity'
                           AND t.travelled
                         UNION ALL
                         SELECT t.seat_id, t.sector, t.is_staff FROM debrief.seat t
                         WHERE t.programme_id = programme AND t.study_id = study) d ON d.sector = s.sector
              WHERE p.programme_id = programme GROUP BY s.position) c
        ON CONFLICT (programme_id, study_id) DO UPDATE SET members = excluded.members, staff = excluded.staff
        WHERE (f.members, f.staff) IS DISTINCT FROM (excluded.members, excluded.staff);
    END IF;
    may_enter := rebuilt OR EXISTS (
        SELECT FROM unnest(taken) t (id)
        JOIN debrief.evaluation e ON e.programme_id = programme AND e.evaluation_id = t.id
        JOIN debrief.wave w ON w.programme_id = programme AND w.wave_id = e.wave_id
        WHERE w.closed_at IS NOT NULL);
    -- Nothing else changes a closed wave's rows. A wave that opened again is closed no more.
    IF may_enter AND (EXISTS (SELECT FROM debrief.wave w WHERE w.programme_id = programme AND w.study_id = study
                              AND w.closed_at IS NOT NULL)
                      OR EXISTS (SELECT FROM debrief.study_state s WHERE s.programme_id = programme
                                 AND s.study_id = '00000000-0000-0000-0000-000000000000')) THEN
        PERFORM logic.mark_uncompared(programme, study);
    END IF;
    RETURN NEXT;
END
$$;

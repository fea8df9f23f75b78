-- Facts: exact integer counts per study. The daemon folds (see fold.h): it adds or takes away whole evaluations.

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
               scores smallint[], texts text)
LANGUAGE sql STABLE AS $$
    SELECT e.wave_id, e.evaluation_id, e.replaces, e.participant_id, d.sector,
           coalesce(o.code, logic.derived_code(e.answered, e.applicable)), e.scores, e.texts
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

-- Of the persons of `fresh`: what each stood for in every wave before (sign -1) and stands for now (sign 1). An
-- evaluation is edited at most once, so a person's evaluations of a wave are a chain, and what is new is its end.
-- One look-up in an index a row, whatever the statistics say of tables that grow (hence no sequential scan).
CREATE FUNCTION logic.fold_fresh(programme uuid, study uuid, fresh uuid[])
RETURNS TABLE (person uuid, sector text, wave_id uuid, sign integer, code text, scores smallint[], texts text)
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
    WITH RECURSIVE touched AS MATERIALIZED (
        SELECT DISTINCT d.participant_id, d.sector
        FROM unnest(fresh) f (id)
        JOIN debrief.evaluation e ON e.programme_id = programme AND e.evaluation_id = f.id
        JOIN debrief.delegate d ON d.programme_id = programme AND d.study_id = study
            AND d.participant_id = e.participant_id AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
    ), chain AS (
        SELECT t.participant_id, w.wave_id, e.evaluation_id, 1 AS position
        FROM touched t
        CROSS JOIN debrief.wave w
        JOIN debrief.evaluation e ON e.programme_id = programme AND e.wave_id = w.wave_id
            AND e.participant_id = t.participant_id AND e.replaces IS NULL
        WHERE w.programme_id = programme AND w.study_id = study
        UNION ALL
        SELECT c.participant_id, c.wave_id, e.evaluation_id, c.position + 1
        FROM chain c
        JOIN debrief.evaluation e ON e.programme_id = programme AND e.wave_id = c.wave_id
            AND e.replaces = c.evaluation_id
    ), standing AS (
        SELECT DISTINCT ON (c.participant_id, c.wave_id, g.sign) c.participant_id, c.wave_id, g.sign, c.evaluation_id
        FROM chain c
        JOIN (VALUES (-1), (1)) g (sign) ON g.sign = 1 OR c.evaluation_id <> ALL (fresh)
        ORDER BY c.participant_id, c.wave_id, g.sign, c.position DESC
    ), known AS (
        SELECT s.participant_id, s.wave_id, s.sign,
               coalesce(o.code, logic.derived_code(e.answered, e.applicable)) AS code, e.scores, e.texts
        FROM standing s
        JOIN debrief.evaluation e ON e.programme_id = programme AND e.evaluation_id = s.evaluation_id
        LEFT JOIN debrief.disposition o ON o.programme_id = programme AND o.wave_id = s.wave_id
            AND o.participant_id = s.participant_id
        UNION ALL
        SELECT t.participant_id, w.wave_id, g.sign, o.code, NULL, NULL
        FROM touched t
        CROSS JOIN debrief.wave w
        CROSS JOIN (VALUES (-1), (1)) g (sign)
        JOIN debrief.disposition o ON o.programme_id = programme AND o.wave_id = w.wave_id
            AND o.participant_id = t.participant_id
        WHERE w.programme_id = programme AND w.study_id = study
          AND NOT EXISTS (SELECT FROM standing s WHERE s.participant_id = t.participant_id
                          AND s.wave_id = w.wave_id AND s.sign = g.sign)
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
    DELETE FROM debrief.stale s WHERE s.programme_id = programme AND s.study_id = study;
    was_stale := FOUND;
    WITH p AS (
        DELETE FROM debrief.pending p WHERE p.programme_id = programme AND p.study_id = study RETURNING p.evaluation_id)
    SELECT coalesce(array_agg(p.evaluation_id), '{}') INTO taken FROM p;
    folded := cardinality(taken);
    SELECT f.counts INTO counts FROM debrief.fact f WHERE f.programme_id = programme AND f.study_id = study;
    SELECT s.content_hash INTO content_hash FROM debrief.study_state s
    WHERE s.programme_id = programme AND s.study_id = study;
    rebuilt := was_stale OR afresh OR counts IS NULL;
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

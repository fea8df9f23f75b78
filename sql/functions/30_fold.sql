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

-- Takes what is pending. A study whose frame changed, or `afresh`, is folded from nothing: its facts go. Contributions
-- can enter an atom only when `may_enter`: after a change of the frame, or when an evaluation of a closed wave came.
CREATE FUNCTION logic.fold_begin(programme uuid, study uuid, afresh boolean)
RETURNS TABLE (taken uuid[], folded integer, rebuilt boolean, was_stale boolean, may_enter boolean)
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM debrief.stale s WHERE s.programme_id = programme AND s.study_id = study;
    was_stale := FOUND;
    rebuilt := was_stale OR afresh;
    WITH p AS (
        DELETE FROM debrief.pending p WHERE p.programme_id = programme AND p.study_id = study RETURNING p.evaluation_id)
    SELECT coalesce(array_agg(p.evaluation_id), '{}') INTO taken FROM p;
    folded := cardinality(taken);
    may_enter := rebuilt OR EXISTS (
        SELECT FROM unnest(taken) t (id)
        JOIN debrief.evaluation e ON e.programme_id = programme AND e.evaluation_id = t.id
        JOIN debrief.wave w ON w.programme_id = programme AND w.wave_id = e.wave_id
        WHERE w.closed_at IS NOT NULL);
    IF rebuilt THEN
        DELETE FROM debrief.fact_count f WHERE f.programme_id = programme AND f.study_id = study;
        DELETE FROM debrief.fact_composite f WHERE f.programme_id = programme AND f.study_id = study;
        DELETE FROM debrief.fact_moment f WHERE f.programme_id = programme AND f.study_id = study;
    END IF;
    RETURN NEXT;
END
$$;

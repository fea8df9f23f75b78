-- $1 programme, $2 study, $3 evaluations to add; what they edit is taken away. Also writes who took part
-- wave_id, sector, sign, scores (of complete and partial evaluations: the others carry no answers)
WITH signed AS MATERIALIZED (
    SELECT t.id, 1 AS sign FROM unnest($3::uuid[]) t (id)
    UNION ALL
    SELECT e.replaces, -1 FROM unnest($3::uuid[]) t (id)
    JOIN debrief.evaluation e ON e.programme_id = $1::uuid AND e.evaluation_id = t.id
    WHERE e.replaces IS NOT NULL
), eligible AS MATERIALIZED (
    SELECT s.sign, e.evaluation_id, e.wave_id, e.participant_id, d.sector, e.scores,
           coalesce(o.code, logic.derived_code(e.answered, e.applicable)) AS code
    FROM signed s
    JOIN debrief.evaluation e ON e.programme_id = $1::uuid AND e.evaluation_id = s.id
    JOIN debrief.delegate d ON d.programme_id = $1::uuid AND d.study_id = $2::uuid
        AND d.participant_id = e.participant_id AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
    LEFT JOIN debrief.disposition o ON o.programme_id = $1::uuid AND o.wave_id = e.wave_id
        AND o.participant_id = e.participant_id
), participation AS (
    INSERT INTO debrief.fact_participation (programme_id, study_id, wave_id, participant_id, code)
    SELECT $1::uuid, $2::uuid, g.wave_id, g.participant_id, g.code
    FROM eligible g
    WHERE g.sign = 1
      AND NOT EXISTS (SELECT FROM debrief.evaluation e WHERE e.programme_id = $1::uuid AND e.wave_id = g.wave_id
                      AND e.replaces = g.evaluation_id)
    ON CONFLICT (programme_id, study_id, wave_id, participant_id) DO UPDATE SET code = excluded.code
)
SELECT g.wave_id, g.sector, g.sign, g.scores FROM eligible g WHERE g.code IN ('I', 'P')

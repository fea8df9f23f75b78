-- $1 programme, $2 study: who is I or P in all of pre, post and fu
-- sector, n
WITH panel AS (
    SELECT w.programme_id, w.study_id, w.wave_id FROM debrief.wave w
    WHERE w.programme_id = $1::uuid AND w.study_id = $2::uuid AND w.kind IN ('pre', 'post', 'fu')
), answered AS (
    SELECT f.participant_id
    FROM panel w JOIN debrief.fact_participation f ON f.programme_id = w.programme_id AND f.study_id = w.study_id
        AND f.wave_id = w.wave_id
    WHERE f.code IN ('I', 'P')
      AND NOT EXISTS (SELECT FROM debrief.disposition o WHERE o.programme_id = f.programme_id
                      AND o.wave_id = f.wave_id AND o.participant_id = f.participant_id)
    UNION ALL
    SELECT o.participant_id
    FROM panel w JOIN debrief.disposition o ON o.programme_id = w.programme_id AND o.wave_id = w.wave_id
    WHERE o.code IN ('I', 'P')
)
SELECT d.sector, count(*) AS n
FROM (SELECT a.participant_id FROM answered a GROUP BY a.participant_id HAVING count(*) = 3) a
JOIN debrief.delegate d ON d.programme_id = $1::uuid AND d.study_id = $2::uuid
    AND d.participant_id = a.participant_id AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
GROUP BY d.sector ORDER BY d.sector

-- $1 programme, $2 study: who is I or P in all of pre, post and fu
-- sector, n
SELECT d.sector, count(*) AS n
FROM debrief.delegate d
WHERE d.programme_id = $1::uuid AND d.study_id = $2::uuid AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
  AND 3 = (SELECT count(*) FROM debrief.wave w
           LEFT JOIN debrief.disposition o ON o.programme_id = w.programme_id AND o.wave_id = w.wave_id
               AND o.participant_id = d.participant_id
           LEFT JOIN debrief.fact_participation f ON f.programme_id = w.programme_id AND f.study_id = w.study_id
               AND f.wave_id = w.wave_id AND f.participant_id = d.participant_id
           WHERE w.programme_id = d.programme_id AND w.study_id = d.study_id AND w.kind IN ('pre', 'post', 'fu')
             AND coalesce(o.code, f.code) IN ('I', 'P'))
GROUP BY d.sector ORDER BY d.sector

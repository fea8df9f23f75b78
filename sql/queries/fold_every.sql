-- $1 programme, $2 study, $3 waves whose texts are needed: everybody's standing answers and dispositions
-- person, sector, wave_id, sign, code, scores, texts (of complete and partial evaluations: the others carry no answers)
WITH s AS MATERIALIZED (
    SELECT * FROM logic.standing($1::uuid, $2::uuid)
)
SELECT s.participant_id AS person, s.sector, s.wave_id, 1 AS sign, s.code,
       CASE WHEN s.code IN ('I', 'P') THEN s.scores END AS scores,
       CASE WHEN s.code IN ('I', 'P') AND s.wave_id = ANY ($3::uuid[]) THEN s.texts END AS texts
FROM s
UNION ALL
SELECT d.participant_id, d.sector, o.wave_id, 1, o.code, NULL, NULL
FROM debrief.wave w
JOIN debrief.disposition o ON o.programme_id = w.programme_id AND o.wave_id = w.wave_id
JOIN debrief.delegate d ON d.programme_id = w.programme_id AND d.study_id = w.study_id
    AND d.participant_id = o.participant_id AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
WHERE w.programme_id = $1::uuid AND w.study_id = $2::uuid
  AND (o.wave_id, o.participant_id) NOT IN (SELECT s.wave_id, s.participant_id FROM s)
ORDER BY person

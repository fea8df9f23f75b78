-- $1 programme, $2 study: dispositions per wave and sector; without any it is UE
-- wave, sector, code, n
SELECT w.kind AS wave, d.sector, coalesce(o.code, f.code, 'UE') AS code, count(*) AS n
FROM debrief.wave w
JOIN debrief.delegate d ON d.programme_id = w.programme_id AND d.study_id = w.study_id AND d.valid_until = 'infinity'
    AND d.travelled AND NOT d.is_staff
LEFT JOIN debrief.disposition o ON o.programme_id = w.programme_id AND o.wave_id = w.wave_id
    AND o.participant_id = d.participant_id
LEFT JOIN debrief.fact_participation f ON f.programme_id = w.programme_id AND f.study_id = w.study_id
    AND f.wave_id = w.wave_id AND f.participant_id = d.participant_id
WHERE w.programme_id = $1::uuid AND w.study_id = $2::uuid
GROUP BY w.kind, d.sector, coalesce(o.code, f.code, 'UE') ORDER BY w.kind, d.sector, 3

-- $1 programme, $2 study
-- wave, composite, sector, answered, total, n
SELECT w.kind AS wave, f.composite, f.sector, f.answered, f.total, f.n
FROM debrief.fact_composite f
JOIN debrief.wave w ON w.programme_id = f.programme_id AND w.wave_id = f.wave_id
WHERE f.programme_id = $1::uuid AND f.study_id = $2::uuid
ORDER BY w.kind, f.composite, f.sector, f.answered, f.total

-- $1 programme, $2 study: complete-case sums; i and j count from 1, 0 stands for the constant
-- wave, scale, i, j, total
SELECT w.kind AS wave, f.scale, f.i, f.j, f.total
FROM debrief.fact_moment f
JOIN debrief.wave w ON w.programme_id = f.programme_id AND w.wave_id = f.wave_id
WHERE f.programme_id = $1::uuid AND f.study_id = $2::uuid
ORDER BY w.kind, f.scale, f.i, f.j

-- $1 programme, $2 study: valid answers and the kinds of missing
-- wave, item, sector, value, n
SELECT w.kind AS wave, f.item, f.sector, f.value, f.n
FROM debrief.fact_count f
JOIN debrief.wave w ON w.programme_id = f.programme_id AND w.wave_id = f.wave_id
WHERE f.programme_id = $1::uuid AND f.study_id = $2::uuid
ORDER BY w.kind, f.item, f.sector, f.value

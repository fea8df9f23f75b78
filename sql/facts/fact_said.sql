-- $1 programme, $2 study, $3 family that is told once: what the newest release says of it
-- wave, slice, item, metric, value, text_value, null_reason, n, population, low, high, unit, method
SELECT m.wave, m.slice, m.item, m.metric, m.value, m.text_value, m.null_reason, m.n, m.population, m.low, m.high, m.unit,
       m.method
FROM debrief.release_metric m
WHERE m.programme_id = $1::uuid AND m.study_id = $2::uuid AND m.family = $3::text
  AND m.number = (SELECT max(r.number) FROM debrief.release r WHERE r.programme_id = $1::uuid AND r.study_id = $2::uuid)
ORDER BY m.position

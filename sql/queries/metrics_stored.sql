-- $1 programme, $2 study: the stored internal rows, one text a row, to compare with a recomputation
SELECT concat_ws('|', m.family, m.wave, m.metric, m.slice, m.item, m.value, m.text_value, m.null_reason, m.n, m.population, m.low, m.high) AS row
FROM debrief.metric m WHERE m.programme_id = $1::uuid AND m.study_id = $2::uuid ORDER BY m.position

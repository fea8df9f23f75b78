-- $1 programme, $2 study: see logic.waiting_counts
-- wave, wave_id, family, type, item, sector, answered, total, n, evaluations
SELECT wave, wave_id, family, type, item, sector, answered, total, n, evaluations
FROM logic.waiting_counts($1::uuid, $2::uuid)

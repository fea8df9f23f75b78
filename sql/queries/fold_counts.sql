-- $1 programme, $2 study, $3 waves, $4 items, $5 sectors, $6 values, $7 zeros, $8 changes: see fold.h
MERGE INTO debrief.fact_count AS f
USING unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[])
    AS x (wave_id, item, sector, value, zero, n)
ON f.programme_id = $1::uuid AND f.study_id = $2::uuid AND f.wave_id = x.wave_id AND f.item = x.item
    AND f.sector = x.sector AND f.value = x.value
WHEN MATCHED AND f.n + x.n = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET n = f.n + x.n
WHEN NOT MATCHED THEN INSERT (programme_id, study_id, wave_id, item, sector, value, n)
    VALUES ($1::uuid, $2::uuid, x.wave_id, x.item, x.sector, x.value, x.n)

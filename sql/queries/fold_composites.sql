-- $1 programme, $2 study, $3 waves, $4 composites, $5 sectors, $6 answered items, $7 sums, $8 changes: see fold.h
MERGE INTO debrief.fact_composite AS f
USING unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[])
    AS x (wave_id, composite, sector, answered, total, n)
ON f.programme_id = $1::uuid AND f.study_id = $2::uuid AND f.wave_id = x.wave_id AND f.composite = x.composite
    AND f.sector = x.sector AND f.answered = x.answered AND f.total = x.total
WHEN MATCHED AND f.n + x.n = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET n = f.n + x.n
WHEN NOT MATCHED THEN INSERT (programme_id, study_id, wave_id, composite, sector, answered, total, n)
    VALUES ($1::uuid, $2::uuid, x.wave_id, x.composite, x.sector, x.answered, x.total, x.n)

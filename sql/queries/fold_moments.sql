-- $1 programme, $2 study, $3 waves, $4 scales, $5 sectors, $6 items, $7 items or 0, $8 changes: see fold.h
MERGE INTO debrief.fact_moment AS f
USING unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[])
    AS x (wave_id, scale, sector, i, j, n)
ON f.programme_id = $1::uuid AND f.study_id = $2::uuid AND f.wave_id = x.wave_id AND f.scale = x.scale
    AND f.i = x.i AND f.j = x.j
WHEN MATCHED AND f.total + x.n = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET total = f.total + x.n
WHEN NOT MATCHED THEN INSERT (programme_id, study_id, wave_id, scale, i, j, total)
    VALUES ($1::uuid, $2::uuid, x.wave_id, x.scale, x.i, x.j, x.n)

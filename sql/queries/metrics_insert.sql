-- $1 programme, $2 study, $3..$18 columns of the rows: position, family, wave, metric, slice, item, value, text value, null
-- reason, n, population, low, high, unit, method, version
INSERT INTO debrief.metric (programme_id, study_id, position, family, wave, metric, slice, item, value, text_value,
                            null_reason, n, population, low, high, unit, method, metric_version)
SELECT $1::uuid, $2::uuid, r.*
FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::float8[], $10::text[],
            $11::text[], $12::bigint[], $13::bigint[], $14::float8[], $15::float8[], $16::text[], $17::text[], $18::bigint[]) r

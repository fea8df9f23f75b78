-- $1..$17 arrays, one element a submission; $18..$21 arrays, one element a programme; $22 key id. See logic.ingest.
-- ordinal, outcome, received_at, key_id, seal_position, leaves, signature
SELECT ordinal, outcome, received_at, key_id, seal_position, leaves, signature
FROM logic.ingest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::smallint[], $6::uuid[], $7::uuid[], $8::text[],
                  $9::text[], $10::smallint[], $11::smallint[], $12::bytea[], $13::text[], $14::timestamptz[],
                  $15::boolean[], $16::uuid[], $17::smallint[], $18::uuid[], $19::uuid[], $20::bytea[], $21::bytea[],
                  $22::text)
ORDER BY ordinal

-- $1..$18 arrays, one element a submission ($8: all scores); $19..$22 arrays, one element a programme; $23 key id.
-- See logic.ingest.
-- ordinal, outcome, received_at, key_id, seal_position, leaves, signature
SELECT ordinal, outcome, received_at, key_id, seal_position, leaves, signature
FROM logic.ingest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::smallint[], $6::uuid[], $7::uuid[],
                  $8::smallint[], $9::smallint[], $10::text[], $11::smallint[], $12::smallint[], $13::bytea[],
                  $14::text[], $15::timestamptz[], $16::boolean[], $17::uuid[], $18::smallint[], $19::uuid[],
                  $20::uuid[], $21::bytea[], $22::bytea[], $23::text)

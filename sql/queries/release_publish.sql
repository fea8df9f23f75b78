-- $1 programme, $2 study, $3 epoch, $4 content hash, $5 rows
SELECT logic.release_publish($1::uuid, $2::uuid, $3::bigint, $4::bytea, $5::jsonb) AS number

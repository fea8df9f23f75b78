-- $1 programme, $2 study, $3 epoch, $4 rows
SELECT logic.metrics_replace($1::uuid, $2::uuid, $3::bigint, $4::json) AS revision

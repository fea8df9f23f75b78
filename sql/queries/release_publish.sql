-- $1 programme, $2 study, $3 epoch, $4 hash of the rows
-- number, or null: see logic.release_publish
SELECT logic.release_publish($1::uuid, $2::uuid, $3::bigint, $4::bytea) AS number

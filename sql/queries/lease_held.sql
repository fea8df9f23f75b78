-- $1 programme, $2 name, $3 holder, $4 epoch
SELECT logic.lease_held($1::uuid, $2::text, $3::uuid, $4::bigint) AS is_held

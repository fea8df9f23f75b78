-- $1 programme, $2 name, $3 holder, $4 seconds
SELECT logic.lease_take($1::uuid, $2::text, $3::uuid, $4::integer) AS epoch

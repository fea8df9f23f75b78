-- $1 programme, $2 webhook, $3 event's number, $4 succeeded, $5 gone, $6 answer, $7 seconds to wait at least
SELECT logic.webhook_attempted($1::uuid, $2::uuid, $3::bigint, $4::boolean, $5::boolean, $6::text, $7::integer)

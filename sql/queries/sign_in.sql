-- $1 programme, $2 sign-in, $3 hash of the new session's secret, $4 its life in seconds, $5 hash of the session before, or null
SELECT * FROM logic.sign_in($1::uuid, $2::uuid, $3::bytea, $4::integer, $5::bytea)

-- $1 programme, $2 secret hash, $3 whether all of the account's end
SELECT * FROM logic.session_end($1::uuid, $2::bytea, $3::boolean)

-- $1 programme, $2 wave, $3 hash of a token
-- outcome, recorded_on: see logic.anonymous_state
SELECT outcome, recorded_on FROM logic.anonymous_state($1::uuid, $2::uuid, $3::bytea)

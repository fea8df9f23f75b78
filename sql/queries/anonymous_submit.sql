-- $1 programme, $2 wave, $3 hash of a token, $4 answered, $5 applicable, $6 language, $7 scores, $8 texts
-- outcome, recorded_on: see logic.anonymous_submit
SELECT outcome, recorded_on
FROM logic.anonymous_submit($1::uuid, $2::uuid, $3::bytea, $4::smallint, $5::smallint, $6::text, $7::smallint[], $8::text)

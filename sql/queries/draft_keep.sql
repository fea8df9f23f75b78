-- $1 programme, $2 wave, $3 evaluation, $4 invitation, $5 received at, $6 language, $7 scores, $8 texts
SELECT logic.keep_draft($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::timestamptz, $6::text, $7::smallint[], $8::text)

-- $1 programme, $2 wave, $3 invitation, $4 a new evaluation's id, $5 language, $6 answers
SELECT logic.draft_keep($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::jsonb)

-- $1 programme, $2 invitation, $3 generation, $4 answers to add, $5 items to drop (JSON array), $6 language, $7 a new
-- evaluation's id, $8 answers to begin with, $9 the evaluation they are of
-- state, evaluation_id, replaces, language, answers, revision
SELECT state, evaluation_id, replaces, language, answers, revision
FROM logic.draft_merge($1::uuid, $2::uuid, $3::smallint, $4::jsonb,
                       ARRAY(SELECT jsonb_array_elements_text($5::jsonb)), $6::text, $7::uuid, $8::jsonb, $9::uuid)

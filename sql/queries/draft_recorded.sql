-- $1 programme, $2 invitation, $3 generation, $4 evaluation, $5 revision, $6 a new evaluation's id
SELECT logic.draft_recorded($1::uuid, $2::uuid, $3::smallint, $4::uuid, $5::bigint, $6::uuid)

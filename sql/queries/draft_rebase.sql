-- $1 programme, $2 invitation, $3 generation, $4 the draft's evaluation, $5 a new one's id
SELECT logic.draft_rebase($1::uuid, $2::uuid, $3::smallint, $4::uuid, $5::uuid)

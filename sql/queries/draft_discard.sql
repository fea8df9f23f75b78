-- $1 programme, $2 invitation, $3 generation
SELECT logic.draft_discard($1::uuid, $2::uuid, $3::smallint)

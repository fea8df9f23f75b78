-- $1 programme, $2 invitation, $3 generation: the delegation, by organisation
-- participant_id, name, organisation
SELECT participant_id, name, organisation FROM logic.form_people($1::uuid, $2::uuid, $3::smallint)

-- $1 programme, $2 invitation, $3 revoke, $4 actor
SELECT * FROM logic.invitation_change($1::uuid, $2::uuid, $3::boolean, $4::uuid)

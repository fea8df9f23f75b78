-- $1 programme, $2 study, $3 actor
SELECT * FROM logic.commitments_board($1::uuid, $2::uuid, $3::uuid)

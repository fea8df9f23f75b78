-- $1 programme: what this transaction has seen is compared. Whoever marks a study meanwhile makes it run again.
DELETE FROM debrief.uncompared u WHERE u.programme_id = $1::uuid

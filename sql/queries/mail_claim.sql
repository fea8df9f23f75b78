-- $1 at most, $2 seconds
-- programme_id, mail_id, claim_id, attempts, letter (JSON)
SELECT c.programme_id, c.mail_id, c.claim_id, c.attempts, c.letter FROM logic.mail_claim($1::integer, $2::integer) c

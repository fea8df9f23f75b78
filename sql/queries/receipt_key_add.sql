-- $1 key id, $2 public key
INSERT INTO debrief.receipt_key (key_id, public_key) VALUES ($1::text, $2::bytea) ON CONFLICT (key_id) DO NOTHING

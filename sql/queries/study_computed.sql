-- $1 programme, $2 study, $3 epoch, $4 hash of the internal rows
-- revision
INSERT INTO debrief.study_state AS s (programme_id, study_id, epoch, revision, computed_at, content_hash)
VALUES ($1::uuid, $2::uuid, $3::bigint, 1, now(), $4::bytea)
ON CONFLICT (programme_id, study_id) DO UPDATE
SET epoch = excluded.epoch, revision = s.revision + 1, computed_at = now(), content_hash = excluded.content_hash
RETURNING s.revision

-- $1 programme, $2 study, $3 packed counts (fold.h)
INSERT INTO debrief.fact AS f (programme_id, study_id, counts) VALUES ($1::uuid, $2::uuid, $3::bytea)
ON CONFLICT (programme_id, study_id) DO UPDATE SET counts = excluded.counts

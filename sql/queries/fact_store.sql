-- $1 programme, $2 study, $3 packed counts (fold.h)
UPDATE debrief.fact f SET counts = $3::bytea WHERE f.programme_id = $1::uuid AND f.study_id = $2::uuid

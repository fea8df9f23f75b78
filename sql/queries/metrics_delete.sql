-- $1 programme, $2 study
DELETE FROM debrief.metric m WHERE m.programme_id = $1::uuid AND m.study_id = $2::uuid

-- $1 programme, $2 body, $3 local time of the nightly verification
SELECT * FROM logic.desk_study_create($1::uuid, $2::jsonb, $3::time)

-- $1 programme, $2 study: the newest release in brief, each question in words
SELECT * FROM logic.desk_results($1::uuid, $2::uuid)

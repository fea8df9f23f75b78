-- $1 programme, $2 study, $3 waves whose texts are needed, $4 evaluations that are new: their persons in every wave, as
-- they were without them (-1) and as they are (1)
-- person, sector, wave_id, sign, code, scores, texts (of complete and partial evaluations: the others carry no answers)
SELECT person, sector, wave_id, sign, code, scores, CASE WHEN wave_id = ANY ($3::uuid[]) THEN texts END AS texts
FROM logic.fold_fresh($1::uuid, $2::uuid, $4::uuid[])

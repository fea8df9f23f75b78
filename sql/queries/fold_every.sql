-- $1 programme, $2 study, $3 waves whose texts are needed: everybody's standing answers and dispositions
-- person, sector, wave_id, sign, code, scores, texts (of complete and partial evaluations: the others carry no answers)
SELECT person, sector, wave_id, sign, code, scores, CASE WHEN wave_id = ANY ($3::uuid[]) THEN texts END AS texts
FROM logic.fold_every($1::uuid, $2::uuid)

-- $1 programme, $2 study, $3 waves that asked for a roster
-- wave_id, participant_id, texts (the unscored answers, JSON)
SELECT s.wave_id, s.participant_id, s.texts FROM logic.standing($1::uuid, $2::uuid) s
WHERE s.wave_id = ANY ($3::uuid[]) AND s.code IN ('I', 'P')

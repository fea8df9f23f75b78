-- $1 programme, $2 invitation, $3 generation: see logic.form_read; no row for an unknown invitation
SELECT state, wave_id, participant_id, study, kind, anonymity, opens, closes, person_language, draft_evaluation,
       draft_replaces, draft_language, draft_answers, draft_revision, draft_at, evaluation_id, language, received, scores,
       texts, commitments
FROM logic.form_read($1::uuid, $2::uuid, $3::smallint)

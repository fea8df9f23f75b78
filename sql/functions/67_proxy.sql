-- Answers that an organiser enters for a participant, from paper or a telephone call.

-- Puts the entry on record before it is stored. The participant may replace it; what they answered themselves is not
-- replaced by anybody else. With the owner's rights: who enters answers reads none.
CREATE FUNCTION logic.proxy_begin(programme uuid, wave uuid, participant uuid, evaluation uuid, replaced uuid, actor uuid)
RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM FROM debrief.wave w
    JOIN debrief.delegate d ON d.programme_id = w.programme_id AND d.study_id = w.study_id
        AND d.participant_id = participant AND d.valid_until = 'infinity'
    WHERE w.programme_id = programme AND w.wave_id = wave;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such wave, or no such delegate in its study');
    END IF;
    IF EXISTS (SELECT FROM debrief.wave w JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
               WHERE w.programme_id = programme AND w.wave_id = wave AND s.anonymity = 'anonymous') THEN
        RETURN logic.problem(409, 'anonymous', 'in an anonymous study nobody answers for somebody known');
    END IF;
    IF EXISTS (SELECT FROM debrief.evaluation e WHERE e.programme_id = programme AND e.evaluation_id = replaced
               AND NOT e.proxy) THEN
        RETURN logic.problem(409, 'answered', 'the participant answered themselves, and only they replace that');
    END IF;
    PERFORM logic.audit_append(programme, actor, 'evaluation.entered', jsonb_build_object(
        'wave', wave, 'participant', participant, 'evaluation', evaluation, 'replaces', replaced));
    RETURN ROW(200, '{}')::logic.answer;
END
$$;

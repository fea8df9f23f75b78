-- $1 programme, $2 wave: what a submission is checked against
-- study_id, instrument, version, definition, participants (array text, sorted), is_anonymous
SELECT w.study_id, w.instrument, w.version, v.definition,
       ARRAY(SELECT d.participant_id FROM debrief.delegate d
             WHERE d.programme_id = w.programme_id AND d.study_id = w.study_id AND d.valid_until = 'infinity'
               AND d.travelled AND NOT d.is_staff ORDER BY d.participant_id)::text AS participants,
       w.is_anonymous
FROM debrief.wave w
JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
    AND v.version = w.version
WHERE w.programme_id = $1::uuid AND w.wave_id = $2::uuid

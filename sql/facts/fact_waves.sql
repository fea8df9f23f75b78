-- $1 programme, $2 study
-- wave, wave_id, is_closed, compiled (JSON)
SELECT w.kind AS wave, w.wave_id, w.closed_at IS NOT NULL AS is_closed, v.compiled::text AS compiled
FROM debrief.wave w
JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
    AND v.version = w.version
WHERE w.programme_id = $1::uuid AND w.study_id = $2::uuid
ORDER BY array_position('{pre,post,fu}', w.kind), w.kind

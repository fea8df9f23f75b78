-- $1 programme, $2 study, $3..$6 family, wave, slice, item, $7 metrics, separated by commas (each or null), $8 actor: for
-- the analyst, and audited
-- is_released, number (revision), released_at (computed), withdrawn_at, withdrawn_reason (null), metrics (JSON array)
SELECT t.revision IS NOT NULL AS is_released, t.revision AS number, logic.utc(t.computed_at) AS released_at,
       NULL AS withdrawn_at, NULL AS withdrawn_reason,
       (SELECT coalesce(json_agg(json_build_object('family', m.family, 'wave', m.wave, 'slice', m.slice, 'item', m.item,
            'metric', m.metric, 'value', CASE WHEN m.text_value IS NULL THEN to_json(m.value) ELSE to_json(m.text_value) END,
            'null_reason', m.null_reason, 'n', m.n, 'N', m.population, 'low', m.low, 'high', m.high, 'unit', m.unit,
            'method', m.method, 'version', m.metric_version) ORDER BY m.position), '[]')::text
        FROM debrief.metric m
        WHERE m.programme_id = s.programme_id AND m.study_id = s.study_id
          AND m.family = coalesce($3::text, m.family) AND m.wave = coalesce($4::text, m.wave)
          AND m.slice = coalesce($5::text, m.slice) AND m.item = coalesce($6::text, m.item)
          AND m.metric = ANY (coalesce(string_to_array($7::text, ','), ARRAY[m.metric]))) AS metrics,
       logic.audit_append(s.programme_id, $8::uuid, 'metrics.read_internal', jsonb_build_object('study', s.study_id))
FROM debrief.study s
LEFT JOIN debrief.study_state t ON t.programme_id = s.programme_id AND t.study_id = s.study_id
WHERE s.programme_id = $1::uuid AND s.study_id = $2::uuid

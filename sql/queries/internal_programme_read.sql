-- $1 programme, $2..$5 family, wave, slice, item, $6 metrics, separated by commas (each or null), $7 actor: the
-- programme's own rows, for the analyst, and audited
-- is_released, number (revision), released_at (computed), withdrawn (no release, so none), metrics (JSON array)
SELECT t.revision IS NOT NULL AS is_released, t.revision AS number, logic.utc(t.computed_at) AS released_at,
       '[]' AS withdrawn,
       (SELECT coalesce(json_agg(json_build_object('family', m.family, 'wave', m.wave, 'slice', m.slice, 'item', m.item,
            'metric', m.metric, 'value', CASE WHEN m.text_value IS NULL THEN to_json(m.value) ELSE to_json(m.text_value) END,
            'null_reason', m.null_reason, 'n', m.n, 'N', m.population, 'low', m.low, 'high', m.high, 'unit', m.unit,
            'method', m.method, 'version', m.metric_version) ORDER BY m.position), '[]')::text
        FROM debrief.metric m
        WHERE m.programme_id = p.programme_id AND m.study_id = '00000000-0000-0000-0000-000000000000'
          AND m.family = coalesce($2::text, m.family) AND m.wave = coalesce($3::text, m.wave)
          AND m.slice = coalesce($4::text, m.slice) AND m.item = coalesce($5::text, m.item)
          AND m.metric = ANY (coalesce(string_to_array($6::text, ','), ARRAY[m.metric]))) AS metrics,
       logic.audit_append(p.programme_id, $7::uuid, 'metrics.read_internal', jsonb_build_object('study', NULL))
FROM debrief.programme p
LEFT JOIN debrief.study_state t ON t.programme_id = p.programme_id AND t.study_id = '00000000-0000-0000-0000-000000000000'
WHERE p.programme_id = $1::uuid

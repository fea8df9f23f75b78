-- $1 programme, $2 study (nil: the programme's own), $3 as of (timestamp or null), $4..$7 family, wave, slice, item, $8
-- metrics, separated by commas (each or null): the release that stood then. A withdrawn one is there without its rows: none takes its place.
-- is_released, number, released_at, withdrawn_at, withdrawn_reason, metrics (JSON array)
SELECT r.number IS NOT NULL AS is_released, r.number, logic.utc(r.released_at) AS released_at,
       logic.utc(r.withdrawn_at) AS withdrawn_at, r.withdrawn_reason,
       (SELECT coalesce(json_agg(json_build_object('family', m.family, 'wave', m.wave, 'slice', m.slice, 'item', m.item,
            'metric', m.metric, 'value', CASE WHEN m.text_value IS NULL THEN to_json(m.value) ELSE to_json(m.text_value) END,
            'null_reason', m.null_reason, 'n', m.n, 'N', m.population, 'low', m.low, 'high', m.high, 'unit', m.unit,
            'method', m.method, 'version', m.metric_version) ORDER BY m.position), '[]')::text
        FROM debrief.release_metric m
        WHERE m.programme_id = s.programme_id AND m.study_id = s.study_id AND m.number = r.number
          AND r.withdrawn_at IS NULL
          AND m.family = coalesce($4::text, m.family) AND m.wave = coalesce($5::text, m.wave)
          AND m.slice = coalesce($6::text, m.slice) AND m.item = coalesce($7::text, m.item)
          AND m.metric = ANY (coalesce(string_to_array($8::text, ','), ARRAY[m.metric]))) AS metrics
FROM (SELECT $1::uuid AS programme_id, $2::uuid AS study_id) s
LEFT JOIN LATERAL (SELECT * FROM debrief.release r
    WHERE r.programme_id = s.programme_id AND r.study_id = s.study_id
      AND r.released_at <= coalesce($3::timestamptz, 'infinity')
    ORDER BY r.number DESC LIMIT 1) r ON true
WHERE logic.is_released_of(s.programme_id, s.study_id)

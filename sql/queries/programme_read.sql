-- $1 programme, $2..$5 family, wave, slice, item (each or null): every study's newest release, and last that of the
-- reserved study: the programme's comparison, whose rows name no study
-- is_released, number (of studies), released_at (newest), metrics (JSON array)
SELECT true AS is_released, count(DISTINCT n.study_id) FILTER (WHERE n.name IS NOT NULL) AS number, logic.utc(max(n.released_at)) AS released_at,
       coalesce(json_agg(json_build_object('study', CASE WHEN n.name IS NOT NULL THEN n.study_id END, 'study_name', n.name, 'release', n.number,
            'family', m.family, 'wave', m.wave, 'slice', m.slice, 'item', m.item, 'metric', m.metric,
            'value', CASE WHEN m.text_value IS NULL THEN to_json(m.value) ELSE to_json(m.text_value) END,
            'null_reason', m.null_reason, 'n', m.n, 'N', m.population, 'low', m.low, 'high', m.high, 'unit', m.unit,
            'method', m.method, 'version', m.metric_version)
            ORDER BY n.name IS NULL, n.starts_on, n.name, n.study_id, m.position) FILTER (WHERE m.number IS NOT NULL), '[]')::text AS metrics
FROM (SELECT DISTINCT ON (r.programme_id, r.study_id) r.programme_id, r.study_id, r.number, r.released_at, s.name, s.starts_on
      FROM debrief.release r
      LEFT JOIN debrief.study s ON s.programme_id = r.programme_id AND s.study_id = r.study_id
      WHERE r.programme_id = $1::uuid AND r.withdrawn_at IS NULL
      ORDER BY r.programme_id, r.study_id, r.number DESC) n
LEFT JOIN debrief.release_metric m ON m.programme_id = n.programme_id AND m.study_id = n.study_id AND m.number = n.number
    AND m.family = coalesce($2::text, m.family) AND m.wave = coalesce($3::text, m.wave)
    AND m.slice = coalesce($4::text, m.slice) AND m.item = coalesce($5::text, m.item)

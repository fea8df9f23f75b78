-- $1 programme, $2..$5 family, wave, slice, item, $6 metrics, separated by commas (each or null): every study's newest
-- release, and last that of the reserved study: the programme's comparison, whose rows name no study. A withdrawn one
-- shows nothing, and is named apart.
-- is_released, number (of studies), released_at (newest), withdrawn (JSON array), metrics (JSON array)
SELECT true AS is_released, count(DISTINCT n.study_id) FILTER (WHERE n.name IS NOT NULL) AS number,
       logic.utc(max(n.released_at)) AS released_at,
       (SELECT coalesce(json_agg(json_build_object('study', CASE WHEN s.name IS NOT NULL THEN w.study_id END,
            'study_name', s.name, 'release', w.number,
            'released_at', logic.utc(w.released_at), 'withdrawn_at', logic.utc(w.withdrawn_at),
            'withdrawn_reason', w.withdrawn_reason) ORDER BY s.starts_on, s.name, s.study_id), '[]')::text
        FROM debrief.release w
        LEFT JOIN debrief.study s ON s.programme_id = w.programme_id AND s.study_id = w.study_id
        WHERE w.programme_id = $1::uuid AND w.withdrawn_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM debrief.release l WHERE l.programme_id = w.programme_id
                          AND l.study_id = w.study_id AND l.number > w.number)) AS withdrawn,
       coalesce(json_agg(json_build_object('study', CASE WHEN n.name IS NOT NULL THEN n.study_id END,
            'study_name', n.name, 'release', n.number,
            'family', m.family, 'wave', m.wave, 'slice', m.slice, 'item', m.item, 'metric', m.metric,
            'value', CASE WHEN m.text_value IS NULL THEN to_json(m.value) ELSE to_json(m.text_value) END,
            'null_reason', m.null_reason, 'n', m.n, 'N', m.population, 'low', m.low, 'high', m.high, 'unit', m.unit,
            'method', m.method, 'version', m.metric_version)
            ORDER BY n.name IS NULL, n.starts_on, n.name, n.study_id, m.position)
            FILTER (WHERE m.number IS NOT NULL), '[]')::text AS metrics
FROM (SELECT DISTINCT ON (r.programme_id, r.study_id) r.programme_id, r.study_id, r.number, r.released_at, r.withdrawn_at,
             s.name, s.starts_on
      FROM debrief.release r
      LEFT JOIN debrief.study s ON s.programme_id = r.programme_id AND s.study_id = r.study_id
      WHERE r.programme_id = $1::uuid
      ORDER BY r.programme_id, r.study_id, r.number DESC) n
LEFT JOIN debrief.release_metric m ON m.programme_id = n.programme_id AND m.study_id = n.study_id AND m.number = n.number
    AND n.withdrawn_at IS NULL
    AND m.family = coalesce($2::text, m.family) AND m.wave = coalesce($3::text, m.wave)
    AND m.slice = coalesce($4::text, m.slice) AND m.item = coalesce($5::text, m.item)
    AND m.metric = ANY (coalesce(string_to_array($6::text, ','), ARRAY[m.metric]))

-- The comparison of a programme's studies (see comparison.h). Its rows are those of the reserved, nil study.

CREATE TYPE logic.measured AS (study_id uuid, family text, wave text, item text, metric text, value float8, n bigint,
                               population bigint, unit text);

-- The means with their deviations, one row an item and index of a closed wave, whichever family gives it. The scale
-- says what the item was asked on, because an instrument may change between studies. A mean of five persons or more
-- without a deviation is one of the released indices that are means of their items' means: it has no interval either.
CREATE FUNCTION logic.compared(programme uuid, given logic.measured[])
RETURNS TABLE (study_id uuid, name text, wave text, item text, unit text, scale text, n bigint, population bigint,
               mean float8, sd float8)
LANGUAGE sql STABLE AS $$
    WITH cell AS MATERIALIZED (
        SELECT g.study_id, g.family, g.wave, g.item,
               max(g.unit) FILTER (WHERE g.metric = 'mean') AS unit, max(g.n) FILTER (WHERE g.metric = 'mean') AS n,
               max(g.population) FILTER (WHERE g.metric = 'mean') AS population,
               max(g.value) FILTER (WHERE g.metric = 'mean') AS mean, max(g.value) FILTER (WHERE g.metric = 'sd') AS sd
        FROM unnest(given) g GROUP BY g.study_id, g.family, g.wave, g.item
        HAVING count(*) = 2
    ), closed AS MATERIALIZED (
        SELECT w.study_id, w.kind, x.name, v.compiled
        FROM debrief.wave w
        JOIN debrief.study x ON x.programme_id = w.programme_id AND x.study_id = w.study_id
        JOIN debrief.instrument_version v ON v.programme_id = w.programme_id AND v.instrument = w.instrument
            AND v.version = w.version
        WHERE w.programme_id = programme AND w.closed_at IS NOT NULL
    ), asked AS MATERIALIZED (
        SELECT c.study_id, c.kind, s.item, min(s.min) || '..' || max(s.max) AS scale
        FROM closed c CROSS JOIN jsonb_to_recordset(c.compiled -> 'slots') AS s (item text, min integer, max integer)
        GROUP BY c.study_id, c.kind, s.item
    )
    SELECT DISTINCT ON (c.study_id, c.kind, m.item) c.study_id, c.name, c.kind, m.item, m.unit,
           coalesce(a.scale, m.unit), m.n, m.population, m.mean, m.sd
    FROM closed c
    JOIN cell m ON m.study_id = c.study_id AND m.wave = c.kind
    LEFT JOIN asked a ON a.study_id = c.study_id AND a.kind = c.kind AND a.item = m.item
    WHERE m.n < 5 OR (m.mean IS NOT NULL AND m.sd IS NOT NULL)
    ORDER BY c.study_id, c.kind, m.item, m.family
$$;

-- $1 programme: every mean over persons of its closed waves, as computed
-- study_id, name, wave, item, unit, scale, n, population, mean, sd
SELECT * FROM logic.compared($1::uuid, ARRAY(
    SELECT ROW(m.study_id, m.family, m.wave, m.item, m.metric, m.value, m.n, m.population, m.unit)::logic.measured
    FROM debrief.metric m
    WHERE m.programme_id = $1::uuid AND m.slice = 'all' AND m.metric IN ('mean', 'sd')))

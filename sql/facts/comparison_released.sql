-- $1 programme: every mean over persons of its closed waves, as the studies' newest releases have it; nothing of what
-- they hold back
-- study_id, name, wave, item, unit, scale, n, population, mean, sd
SELECT * FROM logic.compared($1::uuid, ARRAY(
    SELECT ROW(m.study_id, m.family, m.wave, m.item, m.metric, m.value, m.n, m.population, m.unit)::logic.measured
    FROM (SELECT r.study_id, max(r.number) AS number FROM debrief.release r
          WHERE r.programme_id = $1::uuid AND r.withdrawn_at IS NULL GROUP BY r.study_id) n
    JOIN debrief.release_metric m ON m.programme_id = $1::uuid AND m.study_id = n.study_id AND m.number = n.number
    WHERE m.slice = 'all' AND m.metric IN ('mean', 'sd') AND m.value IS NOT NULL))

-- Closes the waves whose time has come, unless somebody extends them meanwhile, and makes their studies stale. In the order
-- in which everybody locks waves.
WITH due AS MATERIALIZED (
    SELECT w.programme_id, w.wave_id FROM debrief.wave w WHERE w.closed_at IS NULL AND w.closes_at <= now()
    ORDER BY w.wave_id FOR UPDATE
), closed AS (
    UPDATE debrief.wave w SET closed_at = now() FROM due d
    WHERE w.programme_id = d.programme_id AND w.wave_id = d.wave_id
    RETURNING w
)
SELECT logic.wave_closed(c.w) FROM closed c

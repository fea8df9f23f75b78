-- Closes the waves whose time has come, unless somebody extends them meanwhile, and makes their studies stale.
WITH closed AS (
    UPDATE debrief.wave w SET closed_at = now() WHERE w.closed_at IS NULL AND w.closes_at <= now()
    RETURNING w
)
SELECT logic.wave_closed(c.w) FROM closed c

-- Closes the waves whose time has come, and makes their studies stale.
WITH due AS (
    SELECT w.programme_id, w.wave_id FROM debrief.wave w WHERE w.closed_at IS NULL AND w.closes_at <= now()
)
SELECT count((logic.wave_close(d.programme_id, d.wave_id)).status) AS closed FROM due d

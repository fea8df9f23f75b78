-- $1 programme
WITH waiting AS MATERIALIZED (
    SELECT p.study_id FROM debrief.pending p WHERE p.programme_id = $1::uuid
    UNION SELECT s.study_id FROM debrief.stale s WHERE s.programme_id = $1::uuid
)
SELECT 200 AS status, json_build_object('jobs', coalesce(json_agg(json_build_object('id', j.job_id, 'study', j.study_id,
    'kind', j.kind, 'schedule', CASE WHEN j.kind = 'mail' THEN 'as planned' WHEN j.local_time IS NULL THEN 'when stale' ELSE 'daily ' || to_char(j.local_time, 'HH24:MI') END,
    'is_due', CASE j.kind WHEN 'refresh' THEN w.study_id IS NOT NULL
                           WHEN 'compare' THEN EXISTS (SELECT FROM debrief.uncompared u WHERE u.programme_id = j.programme_id)
                           ELSE j.next_run_at <= now() END,
    'next_run_at', CASE WHEN (j.local_time IS NOT NULL OR j.failures > 0 OR j.kind = 'mail') AND isfinite(j.next_run_at)
                        THEN logic.utc(j.next_run_at) END,
    'failures', j.failures, 'last_error', j.last_error)
    ORDER BY j.study_id, j.kind), '[]'))::text AS body
FROM debrief.job j LEFT JOIN waiting w ON w.study_id = j.study_id WHERE j.programme_id = $1::uuid

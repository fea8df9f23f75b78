-- $1 programme
SELECT 200 AS status, json_build_object('jobs', coalesce(json_agg(json_build_object('id', j.job_id, 'study', j.study_id,
    'kind', j.kind, 'schedule', CASE WHEN j.local_time IS NULL THEN 'when stale' ELSE 'daily ' || to_char(j.local_time, 'HH24:MI') END,
    'next_run_at', CASE WHEN j.local_time IS NOT NULL OR j.failures > 0 THEN logic.utc(j.next_run_at) END,
    'failures', j.failures, 'last_error', j.last_error)
    ORDER BY j.study_id, j.kind), '[]'))::text AS body
FROM debrief.job j WHERE j.programme_id = $1::uuid

-- $1 limit: scheduled jobs whose time has come
-- programme_id, study_id, job_id
SELECT j.programme_id, j.study_id, j.job_id FROM debrief.job j
WHERE j.kind = 'verify' AND j.next_run_at <= now() ORDER BY j.next_run_at LIMIT $1::integer

-- $1 limit: studies with something to fold whose refresh job is not backing off
-- programme_id, study_id, job_id
SELECT j.programme_id, j.study_id, j.job_id
FROM (SELECT p.programme_id, p.study_id FROM debrief.pending p UNION SELECT s.programme_id, s.study_id FROM debrief.stale s) d
JOIN debrief.job j ON j.programme_id = d.programme_id AND j.study_id = d.study_id AND j.kind = 'refresh'
WHERE j.failures = 0 OR j.next_run_at <= now()
LIMIT $1::integer

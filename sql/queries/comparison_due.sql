-- $1 limit: programmes that must be compared again and whose job is not backing off
-- programme_id, study_id (the reserved one), job_id
SELECT u.programme_id, '00000000-0000-0000-0000-000000000000'::uuid AS study_id, j.job_id
FROM (SELECT DISTINCT n.programme_id FROM debrief.uncompared n) u
JOIN debrief.job j ON j.programme_id = u.programme_id AND j.study_id IS NULL AND j.kind = 'compare'
WHERE j.failures = 0 OR j.next_run_at <= now()
LIMIT $1::integer

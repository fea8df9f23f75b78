-- $1 limit: programmes that must be compared again and whose job is not backing off. While studies are being folded the
-- comparison waits for them, but not for ever: it reads all of a programme, and what it says would be stale at once.
-- programme_id, study_id (the reserved one), job_id
SELECT u.programme_id, '00000000-0000-0000-0000-000000000000'::uuid AS study_id, j.job_id
FROM (SELECT n.programme_id, min(n.since) AS since FROM debrief.uncompared n GROUP BY n.programme_id) u
JOIN debrief.job j ON j.programme_id = u.programme_id AND j.study_id IS NULL AND j.kind = 'compare'
WHERE (j.failures = 0 OR j.next_run_at <= now())
  AND (u.since < now() - interval '5 minutes'
       OR NOT (EXISTS (SELECT FROM debrief.stale s WHERE s.programme_id = u.programme_id)
               OR EXISTS (SELECT FROM debrief.pending p WHERE p.programme_id = u.programme_id)))
LIMIT $1::integer

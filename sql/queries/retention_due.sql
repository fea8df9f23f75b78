-- $1 limit: programmes whose people and answers may have to go
-- programme_id, study_id (the reserved one), job_id
SELECT j.programme_id, '00000000-0000-0000-0000-000000000000'::uuid AS study_id, j.job_id FROM debrief.job j
WHERE j.kind = 'retention' AND j.study_id IS NULL AND j.next_run_at <= now() ORDER BY j.next_run_at LIMIT $1::integer

-- $1 programme, $2 job, $3 epoch, $4 holder, $5 started at, $6 outcome, $7 detail, $8 revision or null
-- A failing job backs off: 2, 4, 8 ... 300 s. A daily one that succeeds runs again the next day.
WITH job AS (
    UPDATE debrief.job j
    SET failures = CASE WHEN $6::text = 'succeeded' THEN 0 ELSE j.failures + 1 END,
        last_error = CASE WHEN $6::text = 'succeeded' THEN NULL ELSE $7::text END,
        next_run_at = CASE
            WHEN $6::text = 'failed' THEN now() + make_interval(secs => least(300, 2 ^ least(j.failures + 1, 9)))
            WHEN j.local_time IS NULL THEN now()
            ELSE logic.next_local(j.local_time, coalesce((SELECT s.time_zone FROM debrief.study s
                                                 WHERE s.programme_id = j.programme_id AND s.study_id = j.study_id),
                                                'Europe/Stockholm'), now()) END
    WHERE j.programme_id = $1::uuid AND j.job_id = $2::uuid
    RETURNING j.programme_id, j.job_id
)
INSERT INTO debrief.job_run (programme_id, job_id, run_id, epoch, holder, started_at, finished_at, outcome, detail, revision)
SELECT j.programme_id, j.job_id, gen_random_uuid(), $3::bigint, $4::uuid, $5::timestamptz, clock_timestamp(), $6::text,
       $7::text, $8::bigint
FROM job j

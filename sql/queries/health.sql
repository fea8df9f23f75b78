-- failing jobs, and the age in seconds of the oldest answer that is not folded
SELECT (SELECT count(*) FROM debrief.job j WHERE j.failures > 0) AS failing_jobs,
       coalesce((SELECT extract(epoch FROM now() - min(p.since)) FROM debrief.pending p), 0)::float8 AS oldest_pending

-- $1 programme, $2 job: due at once, whatever it waits for
WITH started AS (
    UPDATE debrief.job j SET next_run_at = now(), failures = 0
    WHERE j.programme_id = $1::uuid AND j.job_id = $2::uuid RETURNING j.programme_id, j.study_id, j.kind
), woken AS (
    SELECT logic.mark_stale(s.programme_id, s.study_id) FROM started s WHERE s.kind = 'refresh'
    UNION ALL
    SELECT logic.mark_uncompared(s.programme_id, '00000000-0000-0000-0000-000000000000') FROM started s WHERE s.kind = 'compare'
)
SELECT 202 AS status, json_build_object('job', $2::uuid, 'kind', s.kind)::text AS body,
       pg_notify('debriefd_pending', ''), (SELECT count(*) FROM woken)
FROM started s

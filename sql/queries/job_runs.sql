-- $1 programme, $2 job, $3 limit
SELECT 200 AS status, json_build_object('runs', coalesce((SELECT json_agg(json_build_object('id', r.run_id, 'epoch', r.epoch,
    'started_at', logic.utc(r.started_at), 'finished_at', logic.utc(r.finished_at), 'outcome', r.outcome,
    'detail', r.detail, 'revision', r.revision) ORDER BY r.started_at DESC)
    FROM (SELECT * FROM debrief.job_run r WHERE r.programme_id = j.programme_id AND r.job_id = j.job_id
          ORDER BY r.started_at DESC LIMIT $3::integer) r), '[]'))::text AS body
FROM debrief.job j WHERE j.programme_id = $1::uuid AND j.job_id = $2::uuid

-- $1 programme
-- approval, n
SELECT q.approval, count(*) AS n FROM debrief.quote q
WHERE q.programme_id = $1::uuid GROUP BY q.approval ORDER BY q.approval

-- $1 programme, $2 after (quote or null), $3 limit
SELECT 200 AS status, json_build_object('quotes', coalesce(json_agg(json_build_object('quote', q.quote,
        'interview', q.interview, 'code', q.code, 'approval', q.approval, 'text', q.text, 'changed_at', logic.utc(q.changed_at))
        ORDER BY q.quote COLLATE "C"), '[]'),
    'next', CASE WHEN count(*) = $3::integer THEN max(q.quote COLLATE "C") END)::text AS body
FROM (SELECT q.* FROM debrief.quote q
      WHERE q.programme_id = $1::uuid AND ($2::text IS NULL OR q.quote COLLATE "C" > $2::text)
      ORDER BY q.quote COLLATE "C" LIMIT $3::integer) q

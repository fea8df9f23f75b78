-- $1 programme, $2 after (segment or null), $3 limit of segments: the codings that hold now
SELECT 200 AS status, json_build_object('codings', coalesce(json_agg(json_build_object('segment', c.segment,
        'coder', c.coder, 'code', c.code, 'sentiment', c.sentiment, 'valid_from', logic.utc(c.valid_from))
        ORDER BY c.segment COLLATE "C", c.coder COLLATE "C", c.code COLLATE "C"), '[]'),
    'next', CASE WHEN count(DISTINCT c.segment) = $3::integer THEN max(c.segment COLLATE "C") END)::text AS body
FROM debrief.coding c
WHERE c.programme_id = $1::uuid AND c.valid_until = 'infinity' AND c.segment IN (
    SELECT d.segment FROM debrief.coding d
    WHERE d.programme_id = $1::uuid AND d.valid_until = 'infinity' AND ($2::text IS NULL OR d.segment COLLATE "C" > $2::text)
    GROUP BY d.segment ORDER BY d.segment COLLATE "C" LIMIT $3::integer)

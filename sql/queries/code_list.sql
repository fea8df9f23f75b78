-- $1 programme, $2 after (code or null), $3 limit
SELECT 200 AS status, json_build_object('codes', coalesce(json_agg(json_build_object('code', c.code, 'label', c.label,
        'trip_specific', c.trip_specific, 'approved', t.is_approved) ORDER BY c.code COLLATE "C"), '[]'),
    'next', CASE WHEN count(*) = $3::integer THEN max(c.code COLLATE "C") END)::text AS body
FROM (SELECT c.* FROM debrief.code c
      WHERE c.programme_id = $1::uuid AND ($2::text IS NULL OR c.code COLLATE "C" > $2::text)
      ORDER BY c.code COLLATE "C" LIMIT $3::integer) c
JOIN logic.themes($1::uuid) t ON t.code = c.code

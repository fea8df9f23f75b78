-- $1 programme, $2 after (segment or null), $3 limit
SELECT 200 AS status, json_build_object('segments', coalesce(json_agg(json_build_object('segment', s.segment,
        'interview', s.interview, 'trip', s.study_id,
        'coders', ARRAY(SELECT a.coder FROM debrief.coder_segment a WHERE a.programme_id = s.programme_id
                        AND a.segment = s.segment ORDER BY a.coder COLLATE "C"))
        ORDER BY s.segment COLLATE "C"), '[]'),
    'next', CASE WHEN count(*) = $3::integer THEN max(s.segment COLLATE "C") END)::text AS body
FROM (SELECT s.* FROM debrief.segment s
      WHERE s.programme_id = $1::uuid AND ($2::text IS NULL OR s.segment COLLATE "C" > $2::text)
      ORDER BY s.segment COLLATE "C" LIMIT $3::integer) s

-- $1 programme, $2 study (nil: the programme's own), $3 after (a number or null), $4 limit
WITH listed AS (
    SELECT r.* FROM debrief.release r
    WHERE r.programme_id = $1::uuid AND r.study_id = $2::uuid AND r.number > coalesce($3::integer, 0)
    ORDER BY r.number LIMIT $4::integer + 1
), page AS (
    SELECT l.* FROM listed l ORDER BY l.number LIMIT $4::integer
)
SELECT 200 AS status, json_build_object(
    'releases', coalesce((SELECT json_agg(logic.release_json(r) ORDER BY r.number)
                          FROM page p JOIN debrief.release r ON r.programme_id = p.programme_id
                              AND r.study_id = p.study_id AND r.number = p.number), '[]'),
    'on_hold', logic.is_on_hold(s.programme_id, s.study_id),
    'next', (SELECT max(p.number)::text FROM page p
             WHERE (SELECT count(*) FROM listed) > $4::integer))::text AS body
FROM (SELECT $1::uuid AS programme_id, $2::uuid AS study_id) s WHERE logic.is_released_of(s.programme_id, s.study_id)

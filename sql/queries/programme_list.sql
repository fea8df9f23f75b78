-- $1 programme of the principal (nil: an operator, who sees all)
SELECT 200 AS status, json_build_object('programmes', coalesce(json_agg(logic.programme_json(p) ORDER BY p.name), '[]'))::text AS body
FROM debrief.programme p
WHERE p.programme_id <> '00000000-0000-0000-0000-000000000000'
  AND ($1::uuid = '00000000-0000-0000-0000-000000000000' OR p.programme_id = $1::uuid)

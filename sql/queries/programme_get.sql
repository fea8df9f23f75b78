-- $1 programme
SELECT 200 AS status, logic.programme_json(p)::text AS body FROM debrief.programme p WHERE p.programme_id = $1::uuid

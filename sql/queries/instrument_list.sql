-- $1 programme
SELECT 200 AS status, json_build_object('instruments', coalesce(json_agg(logic.instrument_json(v) ORDER BY v.instrument, v.version), '[]'))::text AS body
FROM debrief.instrument_version v WHERE v.programme_id = $1::uuid

-- $1 programme, $2 instrument, $3 version
SELECT 200 AS status, json_build_object('instrument', v.instrument, 'version', v.version, 'status', v.status,
    'definition', v.definition::json)::text AS body
FROM debrief.instrument_version v
WHERE v.programme_id = $1::uuid AND v.instrument = $2::text AND v.version = $3::integer

-- $1 programme, $2 study: per closed wave, the families that are released
-- wave, wave_id, family, type, items (JSON array; null where an item is not shown)
SELECT w.kind AS wave, f.wave_id, f.family, f.type, to_json(f.items)::text AS items
FROM logic.families($1::uuid, $2::uuid) f
JOIN debrief.wave w ON w.programme_id = $1::uuid AND w.wave_id = f.wave_id
ORDER BY w.kind, f.family

-- $1 programme, $2 study: frozen groups
-- wave, family, group_id, sectors (JSON array)
SELECT w.kind AS wave, g.family, g.group_id, to_json(g.sectors)::text AS sectors
FROM debrief.atom_group g
JOIN debrief.wave w ON w.programme_id = g.programme_id AND w.wave_id = g.wave_id
WHERE g.programme_id = $1::uuid AND g.study_id = $2::uuid ORDER BY w.kind, g.family, g.group_id

-- $1 programme, $2 study: coded histograms, summed over the epochs of a group
-- wave, family, group_id, item, value, n
SELECT w.kind AS wave, c.family, c.group_id, c.item, c.value, sum(c.n) AS n
FROM debrief.atom_cell c
JOIN debrief.wave w ON w.programme_id = c.programme_id AND w.wave_id = c.wave_id
WHERE c.programme_id = $1::uuid AND c.study_id = $2::uuid
GROUP BY w.kind, c.family, c.group_id, c.item, c.value ORDER BY w.kind, c.family, c.group_id, c.item, c.value

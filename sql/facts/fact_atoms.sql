-- $1 programme, $2 study: coded histograms of every atom
-- wave, family, group_id, item, value, n, entered (the same number for what entered at the same time, ascending)
SELECT w.kind AS wave, c.family, c.group_id, c.item, c.value, c.n, a.entered
FROM debrief.atom_cell c
JOIN debrief.wave w ON w.programme_id = c.programme_id AND w.wave_id = c.wave_id
JOIN (SELECT t.*, dense_rank() OVER (ORDER BY t.entered_at) AS entered FROM debrief.atom t
      WHERE t.programme_id = $1::uuid AND t.study_id = $2::uuid) a
    ON a.wave_id = c.wave_id AND a.family = c.family AND a.group_id = c.group_id AND a.entry = c.entry
WHERE c.programme_id = $1::uuid AND c.study_id = $2::uuid
ORDER BY w.kind, c.family, c.group_id, c.item, a.entered, c.value

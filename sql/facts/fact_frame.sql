-- $1 programme, $2 study: every sector of the programme in its order
-- sector, members, staff, target (0 for none)
SELECT s.sector, count(d.participant_id) FILTER (WHERE d.travelled AND NOT d.is_staff) AS members,
       count(d.participant_id) FILTER (WHERE d.travelled AND d.is_staff) AS staff,
       coalesce((coalesce(x.target, p.target) ->> s.sector)::float8, 0) AS target
FROM debrief.study x
JOIN debrief.programme p ON p.programme_id = x.programme_id
CROSS JOIN LATERAL unnest(p.sectors) WITH ORDINALITY AS s (sector, position)
LEFT JOIN debrief.delegate d ON d.programme_id = x.programme_id AND d.study_id = x.study_id
    AND d.valid_until = 'infinity' AND d.sector = s.sector
WHERE x.programme_id = $1::uuid AND x.study_id = $2::uuid
GROUP BY s.sector, s.position, x.target, p.target ORDER BY s.position

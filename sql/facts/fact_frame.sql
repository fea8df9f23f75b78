-- $1 programme, $2 study: every sector of the programme in its order; people are counted when the study is folded anew
-- sector, members, staff, target (0 for none), is_anonymous
SELECT s.sector, f.members[s.position] AS members, f.staff[s.position] AS staff,
       coalesce((coalesce(x.target, p.target) ->> s.sector)::float8, 0) AS target,
       x.anonymity = 'anonymous' AS is_anonymous
FROM debrief.study x
JOIN debrief.programme p ON p.programme_id = x.programme_id
JOIN debrief.fact f ON f.programme_id = x.programme_id AND f.study_id = x.study_id
CROSS JOIN LATERAL unnest(p.sectors) WITH ORDINALITY AS s (sector, position)
WHERE x.programme_id = $1::uuid AND x.study_id = $2::uuid
ORDER BY s.position

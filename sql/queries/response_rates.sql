-- $1 programme, $2 study: live, for the organiser. Of an anonymous wave that is open, from the links that were used; of
-- any anonymous wave for all only. A handful's count would say who has answered: sectors of fewer than five people are
-- told together, as other, and when those are still too few then with the smallest of the rest.
WITH rates AS (
    SELECT m.position, m.wave, m.slice, m.value, m.n, m.population
    FROM debrief.metric m
    WHERE m.programme_id = $1::uuid AND m.study_id = $2::uuid AND m.family = 'response' AND m.metric = 'resp.RR2'
      AND (m.slice = 'all' OR m.population > 0)
      AND NOT EXISTS (SELECT FROM debrief.wave w WHERE w.programme_id = $1::uuid AND w.study_id = $2::uuid
                        AND w.kind = m.wave AND w.is_anonymous AND (w.closed_at IS NULL OR m.slice <> 'all'))
    UNION ALL
    SELECT 0, w.kind, 'all', count(v.spent_on)::float8 / NULLIF(count(*), 0), count(v.spent_on), count(*)
    FROM debrief.wave w
    JOIN debrief.invitation v ON v.programme_id = w.programme_id AND v.wave_id = w.wave_id
    WHERE w.programme_id = $1::uuid AND w.study_id = $2::uuid AND w.is_anonymous AND w.closed_at IS NULL
    GROUP BY w.kind
), sized AS (
    SELECT r.*, r.slice <> 'all' AND r.population < 5 AS is_small FROM rates r
), ranked AS (
    SELECT s.*, sum(s.population) FILTER (WHERE s.is_small) OVER (PARTITION BY s.wave) AS together,
           row_number() OVER (PARTITION BY s.wave, s.slice <> 'all' AND NOT s.is_small ORDER BY s.population, s.slice) AS rank
    FROM sized s
), told AS (
    SELECT r.*, r.slice <> 'all' AND (r.is_small OR (coalesce(r.together < 5, false) AND r.rank = 1)) AS is_merged FROM ranked r
)
SELECT 200 AS status, json_build_object('study', $2::uuid, 'computed_at', logic.utc(s.computed_at), 'rates', coalesce((
    SELECT json_agg(json_build_object('wave', g.wave, 'slice', g.slice, 'rate', g.value, 'answered', g.n,
                                      'delegation', g.population) ORDER BY g.is_merged, g.position, g.wave)
    FROM (SELECT t.is_merged, t.position, t.wave, t.slice, t.value, t.n, t.population FROM told t WHERE NOT t.is_merged
          UNION ALL
          SELECT true, min(t.position), t.wave, 'other', sum(t.n) / sum(t.population)::float8, sum(t.n), sum(t.population)
          FROM told t WHERE t.is_merged GROUP BY t.wave) g), '[]'))::text AS body
FROM debrief.study x
LEFT JOIN debrief.study_state s ON s.programme_id = x.programme_id AND s.study_id = x.study_id
WHERE x.programme_id = $1::uuid AND x.study_id = $2::uuid

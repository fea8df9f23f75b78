-- What the desk shows at a glance. A wave's answers are those of its response rate, so that a page's numbers agree.

CREATE FUNCTION logic.desk_wave_json(w debrief.wave) RETURNS jsonb
LANGUAGE sql STABLE
RETURN logic.wave_json(w)::jsonb || jsonb_build_object(
    'invited', (SELECT count(*) FROM debrief.invitation v
                WHERE v.programme_id = (w).programme_id AND v.wave_id = (w).wave_id AND v.revoked_at IS NULL)) ||
    coalesce((SELECT jsonb_build_object('answered', m.n, 'eligible', m.population) FROM debrief.metric m
              WHERE m.programme_id = (w).programme_id AND m.study_id = (w).study_id AND m.family = 'response'
                AND m.wave = (w).kind AND m.metric = 'resp.RR2' AND m.slice = 'all'), '{}');

CREATE FUNCTION logic.desk_study_json(s debrief.study) RETURNS jsonb
LANGUAGE sql STABLE
RETURN logic.study_json(s)::jsonb || jsonb_build_object(
    'waves', (SELECT coalesce(jsonb_agg(logic.desk_wave_json(w) ORDER BY w.opens_at, w.kind), '[]')
              FROM debrief.wave w WHERE w.programme_id = (s).programme_id AND w.study_id = (s).study_id),
    'sectors', (SELECT coalesce(jsonb_object_agg(d.sector, d.n), '{}')
                FROM (SELECT d.sector, count(*) AS n FROM debrief.delegate d
                      WHERE d.programme_id = (s).programme_id AND d.study_id = (s).study_id
                        AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
                      GROUP BY d.sector) d));

-- What dashboards may read: releases, with a comment on every view and column.
DROP SCHEMA IF EXISTS dash CASCADE;
CREATE SCHEMA dash;
COMMENT ON SCHEMA dash IS 'What dashboards may read: views over releases';

CREATE VIEW dash.study WITH (security_barrier) AS
SELECT s.programme_id, s.study_id, s.name, s.kind, s.starts_on, s.ends_on FROM debrief.study s;
COMMENT ON VIEW dash.study IS 'One row a study';
COMMENT ON COLUMN dash.study.programme_id IS 'The programme that owns the study';
COMMENT ON COLUMN dash.study.study_id IS 'The study';
COMMENT ON COLUMN dash.study.name IS 'Its name, for people';
COMMENT ON COLUMN dash.study.kind IS 'trip, municipality_area, county_quarter, region, project ...';
COMMENT ON COLUMN dash.study.starts_on IS 'First day';
COMMENT ON COLUMN dash.study.ends_on IS 'Last day';

CREATE VIEW dash.release WITH (security_barrier) AS
SELECT r.programme_id, r.study_id, r.number AS release, r.released_at, r.withdrawn_at, r.withdrawn_reason,
       NOT EXISTS (SELECT FROM debrief.release n WHERE n.programme_id = r.programme_id AND n.study_id = r.study_id
                   AND n.number > r.number) AS is_newest
FROM debrief.release r;
COMMENT ON VIEW dash.release IS 'History: one row a release, also of withdrawn ones';
COMMENT ON COLUMN dash.release.programme_id IS 'The programme that owns the study';
COMMENT ON COLUMN dash.release.study_id IS 'The study';
COMMENT ON COLUMN dash.release.release IS 'Its number, from 1';
COMMENT ON COLUMN dash.release.released_at IS 'When it was released; it stood until the next one';
COMMENT ON COLUMN dash.release.withdrawn_at IS 'When it was withdrawn; null for one that stands or stood';
COMMENT ON COLUMN dash.release.withdrawn_reason IS 'Why it was withdrawn, as the organiser says it';
COMMENT ON COLUMN dash.release.is_newest IS 'Whether it is the study''s newest; a withdrawn newest one leaves dash.metric without the study';

CREATE VIEW dash.metric WITH (security_barrier) AS
SELECT m.programme_id, m.study_id, m.number AS release, r.released_at, m.family, m.wave, m.slice, m.item, m.metric,
       m.value, m.text_value, m.null_reason, m.n, m.population, m.low, m.high, m.unit, m.method, m.metric_version
FROM debrief.release_metric m
JOIN debrief.release r ON r.programme_id = m.programme_id AND r.study_id = m.study_id AND r.number = m.number
WHERE r.withdrawn_at IS NULL
  AND NOT EXISTS (SELECT FROM debrief.release n WHERE n.programme_id = r.programme_id AND n.study_id = r.study_id
                  AND n.number > r.number);
COMMENT ON VIEW dash.metric IS 'The metrics of every study''s newest release; none where that is withdrawn (dash.release)';
COMMENT ON COLUMN dash.metric.programme_id IS 'The programme that owns the study';
COMMENT ON COLUMN dash.metric.study_id IS 'The study; nil: the programme''s own, its comparison of studies and its interviews';
COMMENT ON COLUMN dash.metric.release IS 'The number of the release';
COMMENT ON COLUMN dash.metric.released_at IS 'When it was released';
COMMENT ON COLUMN dash.metric.family IS 'response, satisfaction, learning, network, balance, interview ...';
COMMENT ON COLUMN dash.metric.wave IS 'pre, post, fu; int (interviews); trip or pool (over studies), or several waves: all, pair, pre>fu';
COMMENT ON COLUMN dash.metric.slice IS 'all, a group''s sectors joined by +, or two groups: a>b';
COMMENT ON COLUMN dash.metric.item IS 'The item, index or theme; empty for none, * for the whole';
COMMENT ON COLUMN dash.metric.metric IS 'mean, top2, nps.score, resp.RR2 ...';
COMMENT ON COLUMN dash.metric.value IS 'The number; null with a reason, or for a text';
COMMENT ON COLUMN dash.metric.text_value IS 'The text of metrics that are words, and of approved quotes';
COMMENT ON COLUMN dash.metric.null_reason IS 'Why there is no value: withheld_... for disclosure control, else why it is undefined';
COMMENT ON COLUMN dash.metric.n IS 'Persons it is computed from';
COMMENT ON COLUMN dash.metric.population IS 'Persons it speaks about';
COMMENT ON COLUMN dash.metric.low IS 'Lower end of the interval';
COMMENT ON COLUMN dash.metric.high IS 'Upper end of the interval';
COMMENT ON COLUMN dash.metric.unit IS 'scale, points, share, count ...';
COMMENT ON COLUMN dash.metric.method IS 'How value or interval were made';
COMMENT ON COLUMN dash.metric.metric_version IS 'The version of the metric''s definition';

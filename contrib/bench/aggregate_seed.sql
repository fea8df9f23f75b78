-- :programme, :studies with :people people each and :spare who have not answered, one evaluation a person of a post wave that is still open: no facts
-- yet, and every study stale. The scores are as an answered submission's: scaled items from 1 to 5, -4 now and then.
SET synchronous_commit = off;
CREATE TEMP TABLE made AS
SELECT n, gen_random_uuid() AS study_id, gen_random_uuid() AS wave_id FROM generate_series(1, :studies) n;
INSERT INTO debrief.study (programme_id, study_id, name, kind, time_zone, anonymity, destinations, purposes)
SELECT :'programme', study_id, 'Study ' || n, 'trip', 'Europe/Stockholm', 'pseudonymous', '[]', '[]' FROM made;
INSERT INTO debrief.wave (programme_id, study_id, wave_id, kind, instrument, version, opens_at)
SELECT :'programme', study_id, wave_id, 'post', 'benchmarking-post', 1, now() FROM made;
CREATE TEMP TABLE person AS
SELECT m.n, m.study_id, m.wave_id, d, gen_random_uuid() AS participant_id, gen_random_uuid() AS evaluation_id
FROM made m CROSS JOIN generate_series(1, :people + :spare) d;
INSERT INTO debrief.delegate (programme_id, study_id, participant_id, valid_from, person_id, sector, organisation)
SELECT :'programme', study_id, participant_id, now(), gen_random_uuid(),
       (ARRAY['politics', 'business', 'academia', 'state'])[1 + d % 4], 'Organisation ' || d
FROM person;
CREATE TEMP TABLE slot AS
SELECT s.slot, s.min, least(s.max, 10) AS max
FROM debrief.instrument_version v CROSS JOIN jsonb_to_recordset(v.compiled -> 'slots') AS s (slot int, min int, max int)
WHERE v.programme_id = :'programme' AND v.instrument = 'benchmarking-post';
-- A thousand different answers, dealt to everybody.
CREATE TEMP TABLE answer AS
SELECT a, (SELECT array_agg(CASE WHEN random() < 0.05 THEN -4
                                 ELSE s.min + floor(random() * (s.max - s.min + 1) + 0 * a) END::smallint
                            ORDER BY s.slot) FROM slot s) AS scores
FROM generate_series(0, 999) a;
INSERT INTO debrief.evaluation (programme_id, evaluation_id, wave_id, participant_id, received_at, answered,
                                applicable, proxy, body_hash, language, scores, texts)
SELECT :'programme', p.evaluation_id, p.wave_id, p.participant_id, now(), 30, 30, false, sha256(''), 'sv', a.scores,
       '{"BEST":"' || repeat('Besöket gav nya idéer. ', 10) || '"}'
FROM person p JOIN answer a ON a.a = (p.n * 7 + p.d) % 1000 WHERE p.d <= :people ORDER BY p.d, p.n;
VACUUM ANALYZE;
CHECKPOINT;

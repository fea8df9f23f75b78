-- :programme, :studies with :delegates people each, all invited to an open post wave; tables for the other sides.
-- Prints a line a possible submission: evaluation wave programme invitation. Twenty delegations answer at a time.
SET synchronous_commit = off;
CREATE TEMP TABLE made AS
SELECT n, gen_random_uuid() AS study_id, gen_random_uuid() AS wave_id FROM generate_series(1, :studies) n;
INSERT INTO debrief.study (programme_id, study_id, name, kind, time_zone, anonymity, destinations, purposes)
SELECT :'programme', study_id, 'Study ' || n, 'trip', 'Europe/Stockholm', 'pseudonymous', '[]', '[]' FROM made;
INSERT INTO debrief.job (programme_id, job_id, study_id, kind, next_run_at)
SELECT :'programme', gen_random_uuid(), study_id, 'refresh', now() FROM made;
INSERT INTO debrief.wave (programme_id, study_id, wave_id, kind, instrument, version, opens_at)
SELECT :'programme', study_id, wave_id, 'post', 'benchmarking-post', 1, now() FROM made;
CREATE TEMP TABLE person AS
SELECT m.n, m.study_id, m.wave_id, d, gen_random_uuid() AS participant_id, gen_random_uuid() AS invitation_id
FROM made m CROSS JOIN generate_series(1, :delegates) d;
INSERT INTO debrief.delegate (programme_id, study_id, participant_id, valid_from, person_id, sector, organisation)
SELECT :'programme', study_id, participant_id, now(), gen_random_uuid(),
       (ARRAY['politics', 'business', 'academia', 'state'])[1 + d % 4], 'Organisation ' || d
FROM person;
INSERT INTO debrief.invitation (programme_id, invitation_id, wave_id, participant_id)
SELECT :'programme', invitation_id, wave_id, participant_id FROM person;

CREATE SCHEMA bench;
CREATE TABLE bench.ceiling (LIKE debrief.evaluation INCLUDING ALL);
CREATE TABLE bench.node_evaluation (
    evaluation_id uuid PRIMARY KEY,
    wave_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    body_hash bytea NOT NULL,
    receipt text NOT NULL,
    body jsonb NOT NULL,
    UNIQUE (wave_id, participant_id)
);
VACUUM ANALYZE;
CHECKPOINT;
SELECT gen_random_uuid(), wave_id, :'programme'::uuid, invitation_id FROM person ORDER BY (n - 1) / 20, d, n;

-- The comparison of a programme's trips: its job, and whose numbers it has not seen yet. Its rows and releases belong to
-- the reserved study, which has the nil UUID.

-- A programme's own job has no study.
ALTER TABLE debrief.job ALTER COLUMN study_id DROP NOT NULL;
CREATE UNIQUE INDEX job_of_programme ON debrief.job (programme_id, kind) WHERE study_id IS NULL;
INSERT INTO debrief.job (programme_id, job_id, study_id, kind, next_run_at)
SELECT p.programme_id, gen_random_uuid(), NULL, 'compare', now() FROM debrief.programme p
WHERE p.programme_id <> '00000000-0000-0000-0000-000000000000';

-- A row a study, so that the jobs of two studies never wait for each other.
CREATE TABLE debrief.uncompared (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, study_id)
);
COMMENT ON TABLE debrief.uncompared IS 'Studies whose numbers or releases changed since their programme was compared';
INSERT INTO debrief.uncompared (programme_id, study_id)
SELECT DISTINCT w.programme_id, w.study_id FROM debrief.wave w WHERE w.closed_at IS NOT NULL;

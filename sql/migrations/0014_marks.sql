-- What asks for a job is a row of its own each time, which the job that sees it takes away: whoever asks waits for no job
-- under way, no job waits for one who asks, and neither can meet the other in a deadlock.
ALTER TABLE debrief.stale DROP CONSTRAINT stale_pkey, ADD COLUMN mark_id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD PRIMARY KEY (programme_id, study_id, mark_id);
COMMENT ON TABLE debrief.stale IS
    'Marks of studies whose frame changed (delegation, waves, dispositions): their facts are rebuilt';

ALTER TABLE debrief.uncompared DROP CONSTRAINT uncompared_pkey, ADD COLUMN mark_id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD PRIMARY KEY (programme_id, study_id, mark_id);
COMMENT ON TABLE debrief.uncompared IS
    'Marks of studies whose numbers or releases changed since their programme was compared';

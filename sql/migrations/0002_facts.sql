-- A study's facts are read and written as a whole: one row instead of some thousands. Internal rows are found by their
-- position in the study and replaced as a whole. Every study is folded anew.

CREATE TABLE debrief.fact (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    counts bytea NOT NULL,
    members bigint[] NOT NULL,
    staff bigint[] NOT NULL,
    PRIMARY KEY (programme_id, study_id)
);
COMMENT ON TABLE debrief.fact IS 'Sufficient statistics of a study: exact counts of its answers, folded as they come';
COMMENT ON COLUMN debrief.fact.members IS 'The delegation by sector, in the programme''s order, when it was folded anew';
COMMENT ON COLUMN debrief.fact.staff IS 'The same of travelling staff';
COMMENT ON COLUMN debrief.fact.counts IS 'Packed as fold.h says: the same counts are the same bytes';
DROP TABLE debrief.fact_count, debrief.fact_composite, debrief.fact_moment, debrief.fact_participation;

ALTER TABLE debrief.metric DROP CONSTRAINT metric_pkey, DROP COLUMN epoch, ADD PRIMARY KEY (programme_id, study_id, position);
ALTER TABLE debrief.study_state ADD COLUMN content_hash bytea;
COMMENT ON COLUMN debrief.study_state.content_hash IS 'Of the internal rows: what says the same is not written again';

INSERT INTO debrief.stale (programme_id, study_id)
SELECT s.programme_id, s.study_id FROM debrief.study s ON CONFLICT DO NOTHING;

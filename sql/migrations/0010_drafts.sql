-- What a participant has answered and not yet sent: one draft a wave and participant, in the grammar of an evaluation's
-- body, so that a page, a script and a refused edit fill the same one. Drafts of the older kind held compiled slots of
-- edits that were refused; no page ever showed them.
DROP TABLE debrief.draft;
CREATE TABLE debrief.draft (
    programme_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    evaluation_id uuid NOT NULL,
    replaces uuid,
    language text NOT NULL,
    answers jsonb NOT NULL CHECK (jsonb_typeof(answers) = 'object'),
    revision bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, wave_id, participant_id),
    FOREIGN KEY (programme_id, wave_id) REFERENCES debrief.wave
);
COMMENT ON TABLE debrief.draft IS 'Answers that are not sent; read by their participant''s form only';
COMMENT ON COLUMN debrief.draft.evaluation_id IS 'The evaluation it will be: two devices that send it make one';
COMMENT ON COLUMN debrief.draft.replaces IS 'The evaluation it edits; null: a first one';
COMMENT ON COLUMN debrief.draft.revision IS 'Grows with every change: what was sent is taken away only as it was sent';

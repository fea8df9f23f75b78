-- Personal data: erasure and what keeps its place, retention, consent.

ALTER TABLE debrief.programme ADD COLUMN retention_months integer CHECK (retention_months BETWEEN 1 AND 600);
COMMENT ON COLUMN debrief.programme.retention_months IS
    'So long after a study''s end its people and answers are kept; null: until somebody erases them';

ALTER TABLE debrief.study ADD COLUMN archived_at timestamptz;
COMMENT ON COLUMN debrief.study.archived_at IS
    'When retention deleted its people and answers: facts, metrics and releases stand, and nothing is computed anew';

-- What a wave's participants agree to, where it is not the default text.
ALTER TABLE debrief.wave ADD COLUMN consent jsonb;
COMMENT ON COLUMN debrief.wave.consent IS 'Text by language; null: the default text of the study''s mode';

-- Every text that somebody agreed to is kept, so that its hash says what it was.
CREATE TABLE debrief.consent_text (
    programme_id uuid NOT NULL REFERENCES debrief.programme,
    text_hash bytea NOT NULL CHECK (octet_length(text_hash) = 32),
    language text NOT NULL,
    text text NOT NULL,
    first_accepted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, text_hash)
);
COMMENT ON COLUMN debrief.consent_text.text_hash IS 'SHA-256 of the text in UTF-8';

CREATE TABLE debrief.consent (
    programme_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    text_hash bytea NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, wave_id, participant_id, text_hash),
    FOREIGN KEY (programme_id, wave_id) REFERENCES debrief.wave,
    FOREIGN KEY (programme_id, text_hash) REFERENCES debrief.consent_text
);

-- What releases say of a delegation and its response is public. Were an erased person's place taken out of a frame that
-- was released, the next release would tell that they had answered, and from when on they had not. So the place stays,
-- and nothing but what the sums need: no pseudonym, no organisation, no time.
CREATE TABLE debrief.seat (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    seat_id uuid NOT NULL,
    sector text NOT NULL,
    is_staff boolean NOT NULL,
    codes jsonb NOT NULL,
    PRIMARY KEY (programme_id, study_id, seat_id),
    FOREIGN KEY (programme_id, study_id) REFERENCES debrief.study
);
COMMENT ON TABLE debrief.seat IS 'Places of erased people in studies with a closed wave: counted, never invited';
COMMENT ON COLUMN debrief.seat.codes IS 'Disposition by wave';

-- So that a delegation imported again does not bring an erased person back unnoticed. A salted hash of a reference can be
-- tried out by whoever reads this schema; it tells no more than that this reference was erased.
CREATE TABLE identity.salt (
    programme_id uuid PRIMARY KEY,
    salt bytea NOT NULL
);
CREATE TABLE identity.erased (
    programme_id uuid NOT NULL,
    mark bytea NOT NULL,
    erased_on date NOT NULL,
    PRIMARY KEY (programme_id, mark)
);
COMMENT ON COLUMN identity.erased.mark IS 'SHA-256 of the programme''s salt and the person''s reference';

INSERT INTO debrief.job (programme_id, job_id, study_id, kind, local_time, next_run_at)
SELECT p.programme_id, gen_random_uuid(), NULL, 'retention', '02:30', now() FROM debrief.programme p
WHERE p.programme_id <> '00000000-0000-0000-0000-000000000000';

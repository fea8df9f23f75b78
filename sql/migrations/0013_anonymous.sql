-- Studies whose answers nobody can lead back to a person. A link is a token of a pool: only its hash is stored, in no
-- order of people. An answer waits in a staging table under an id of its own until its wave closes, and is then copied
-- in shuffled order; the pool, the staging table's rows and the secret go. Until then whoever reads the database can
-- see by xmin which hash was spent with which answer; whose token it was is told by the secret only, which goes when
-- the links are handed out. WAL and backups
-- remember both as long as they are kept, and the tables' files until they are vacuumed.

ALTER TABLE debrief.wave ADD COLUMN is_anonymous boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN debrief.wave.is_anonymous IS 'As its study says: the two change together, while nobody is invited';

ALTER TABLE debrief.invitation ADD COLUMN spent_on date CHECK (spent_on IS NULL OR participant_id IS NULL);
COMMENT ON COLUMN debrief.invitation.spent_on IS 'Of a token of an anonymous wave: the day an answer was recorded with it';
CREATE UNIQUE INDEX invitation_token ON debrief.invitation (programme_id, wave_id, token_hash)
    WHERE token_hash IS NOT NULL;

CREATE TABLE debrief.anonymous_secret (
    programme_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    secret bytea NOT NULL CHECK (octet_length(secret) = 64),
    listed_at timestamptz,
    PRIMARY KEY (programme_id, wave_id),
    FOREIGN KEY (programme_id, wave_id) REFERENCES debrief.wave
);
COMMENT ON TABLE debrief.anonymous_secret IS 'What the tokens of a wave are derived from, until they are handed out';

CREATE TABLE debrief.anonymous_answer (
    programme_id uuid NOT NULL,
    answer_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    recorded_on date NOT NULL,
    answered smallint NOT NULL,
    applicable smallint NOT NULL,
    language text NOT NULL,
    scores smallint[] NOT NULL,
    texts text NOT NULL,
    PRIMARY KEY (programme_id, answer_id),
    FOREIGN KEY (programme_id, wave_id) REFERENCES debrief.wave
);
CREATE INDEX anonymous_answer_wave ON debrief.anonymous_answer (programme_id, wave_id);
COMMENT ON TABLE debrief.anonymous_answer IS 'Answers of open anonymous waves; read by nobody but the closing of their wave';

-- What was deleted or written anew stays in a table's file until it is vacuumed, with its transaction. By default that
-- waits for fifty rows, which a study may never have.
ALTER TABLE debrief.invitation SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
ALTER TABLE debrief.anonymous_secret SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
ALTER TABLE debrief.anonymous_answer SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

CREATE INDEX evaluation_anonymous ON debrief.evaluation (programme_id, wave_id) WHERE participant_id IS NULL;

-- The foundation: programmes, studies, delegations, instruments, waves, evaluations, facts, atoms, releases, jobs.
-- Every key begins with programme_id: a programme is a tenant, can be partitioned or distributed, and no
-- constraint crosses programmes. No triggers, no sequences.

CREATE SCHEMA IF NOT EXISTS debrief;
CREATE SCHEMA identity;
COMMENT ON SCHEMA debrief IS 'Working tables of debriefd; people appear as pseudonyms only';
COMMENT ON SCHEMA identity IS 'Who the pseudonyms are: for the mail sender and for erasure';

-- The reserved programme of operators' keys has the nil UUID.
CREATE TABLE debrief.programme (
    programme_id uuid PRIMARY KEY,
    name text NOT NULL,
    sectors text[] NOT NULL,
    target jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN debrief.programme.sectors IS 'In the order they are shown; each is emitted, also when empty';
COMMENT ON COLUMN debrief.programme.target IS 'Sector to target share; shares sum to 1; a sector without a target is shown apart';

INSERT INTO debrief.programme (programme_id, name, sectors, target)
VALUES ('00000000-0000-0000-0000-000000000000', 'operators', '{}', '{}');

CREATE TABLE debrief.api_key (
    programme_id uuid NOT NULL REFERENCES debrief.programme,
    key_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('operator', 'organiser', 'analyst', 'coder', 'dashboard')),
    label text NOT NULL,
    secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (programme_id, key_id),
    UNIQUE (programme_id, secret_hash)
);

CREATE TABLE debrief.study (
    programme_id uuid NOT NULL REFERENCES debrief.programme,
    study_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    starts_on date,
    ends_on date,
    time_zone text NOT NULL,
    anonymity text NOT NULL CHECK (anonymity IN ('pseudonymous', 'anonymous')),
    destinations jsonb NOT NULL,
    purposes jsonb NOT NULL,
    target jsonb,
    note text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, study_id)
);
COMMENT ON COLUMN debrief.study.target IS 'Overrides the programme''s target when not null';

-- Dated rows: a change closes one row and opens the next, so what was frozen under the old row stays explained.
CREATE TABLE debrief.delegate (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL DEFAULT 'infinity',
    person_id uuid NOT NULL,
    sector text NOT NULL,
    organisation text NOT NULL,
    municipality text NOT NULL DEFAULT '',
    role text NOT NULL DEFAULT '',
    is_staff boolean NOT NULL DEFAULT false,
    travelled boolean NOT NULL DEFAULT true,
    PRIMARY KEY (programme_id, study_id, participant_id, valid_from),
    FOREIGN KEY (programme_id, study_id) REFERENCES debrief.study
);
CREATE UNIQUE INDEX delegate_now ON debrief.delegate (programme_id, study_id, participant_id)
    INCLUDE (sector, is_staff, travelled) WHERE valid_until = 'infinity';
CREATE UNIQUE INDEX delegate_person ON debrief.delegate (programme_id, study_id, person_id)
    WHERE valid_until = 'infinity';

CREATE TABLE identity.person (
    programme_id uuid NOT NULL,
    person_id uuid NOT NULL,
    reference text NOT NULL,
    name text NOT NULL,
    email text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT 'sv',
    PRIMARY KEY (programme_id, person_id),
    UNIQUE (programme_id, reference)
);
COMMENT ON COLUMN identity.person.reference IS 'What makes two rows of two delegations one person: a given reference, else the e-mail address';

CREATE TABLE debrief.instrument_version (
    programme_id uuid NOT NULL REFERENCES debrief.programme,
    instrument text NOT NULL,
    version integer NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    definition text NOT NULL,
    compiled jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    PRIMARY KEY (programme_id, instrument, version)
);
COMMENT ON COLUMN debrief.instrument_version.definition IS 'The JSON document as given; immutable once published';
COMMENT ON COLUMN debrief.instrument_version.compiled IS 'Slots, composites and measures as the daemon compiled them';

CREATE TABLE debrief.wave (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    kind text NOT NULL,
    instrument text NOT NULL,
    version integer NOT NULL,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz,
    closed_at timestamptz,
    released_at timestamptz,
    PRIMARY KEY (programme_id, wave_id),
    UNIQUE (programme_id, study_id, kind),
    FOREIGN KEY (programme_id, study_id) REFERENCES debrief.study,
    FOREIGN KEY (programme_id, instrument, version) REFERENCES debrief.instrument_version
);
CREATE INDEX wave_due ON debrief.wave (programme_id, closes_at) WHERE closed_at IS NULL;
COMMENT ON COLUMN debrief.wave.released_at IS 'When its first release was made: from then on it cannot be reopened';

CREATE TABLE debrief.disposition (
    programme_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    code text NOT NULL CHECK (code IN ('I', 'P', 'R', 'NC', 'O', 'UE', 'NE')),
    set_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, wave_id, participant_id),
    FOREIGN KEY (programme_id, wave_id) REFERENCES debrief.wave
);
COMMENT ON TABLE debrief.disposition IS 'AAPOR dispositions that an organiser or an import has set; the others are derived';

-- A pseudonymous invitation's token is derived from the credential key, never stored. An anonymous one has only
-- the hash of a token and no participant.
CREATE TABLE debrief.invitation (
    programme_id uuid NOT NULL,
    invitation_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    participant_id uuid,
    generation smallint NOT NULL DEFAULT 1,
    token_hash bytea,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, invitation_id),
    UNIQUE (programme_id, wave_id, participant_id),
    FOREIGN KEY (programme_id, wave_id) REFERENCES debrief.wave,
    CHECK ((participant_id IS NULL) <> (token_hash IS NULL))
);

-- Append-only; the latest revision counts. No column but participant_id leads to a person: in anonymous mode it is
-- null, received_at holds a day, and the row itself is rewritten in shuffled order when the wave closes.
CREATE TABLE debrief.evaluation (
    programme_id uuid NOT NULL,
    evaluation_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    participant_id uuid,
    replaces uuid,
    seal_id uuid,
    received_at timestamptz NOT NULL,
    seal_position smallint,
    answered smallint NOT NULL,
    applicable smallint NOT NULL,
    proxy boolean NOT NULL,
    body_hash bytea NOT NULL,
    language text NOT NULL,
    scores smallint[] NOT NULL,
    texts text NOT NULL,
    PRIMARY KEY (programme_id, evaluation_id)
);
ALTER TABLE debrief.evaluation ALTER COLUMN scores SET STORAGE MAIN;
CREATE UNIQUE INDEX evaluation_first ON debrief.evaluation (programme_id, wave_id, participant_id)
    WHERE replaces IS NULL AND participant_id IS NOT NULL;
CREATE UNIQUE INDEX evaluation_edit ON debrief.evaluation (programme_id, wave_id, replaces)
    WHERE replaces IS NOT NULL;
COMMENT ON COLUMN debrief.evaluation.scores IS 'One slot per scored item; -1 do not know, -2 refused, -3 not shown, -4 not reached';
COMMENT ON COLUMN debrief.evaluation.texts IS 'The unscored rest as JSON text';

-- An edit that named a superseded evaluation is refused, and its answers are kept here.
CREATE TABLE debrief.draft (
    programme_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    evaluation_id uuid NOT NULL,
    saved_at timestamptz NOT NULL,
    language text NOT NULL,
    scores smallint[] NOT NULL,
    texts text NOT NULL,
    PRIMARY KEY (programme_id, wave_id, participant_id)
);

-- One Ed25519 signature over the Merkle root of a commit's submissions; a receipt is a path to that root.
CREATE TABLE debrief.seal (
    programme_id uuid NOT NULL,
    seal_id uuid NOT NULL,
    key_id text NOT NULL,
    leaves bytea NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (programme_id, seal_id)
);
ALTER TABLE debrief.seal ALTER COLUMN leaves SET STORAGE EXTERNAL;

CREATE TABLE debrief.receipt_key (
    key_id text PRIMARY KEY,
    public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
    first_used_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE debrief.pending (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    evaluation_id uuid NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, study_id, evaluation_id)
);
COMMENT ON TABLE debrief.pending IS 'Evaluations that are not yet folded into facts';

CREATE TABLE debrief.stale (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, study_id)
);
COMMENT ON TABLE debrief.stale IS 'Studies whose frame changed (delegation, waves, dispositions): their facts are rebuilt';

CREATE TABLE debrief.fact_count (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    item text NOT NULL,
    sector text NOT NULL,
    value smallint NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (programme_id, study_id, wave_id, item, sector, value)
);
CREATE TABLE debrief.fact_composite (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    composite text NOT NULL,
    sector text NOT NULL,
    answered smallint NOT NULL,
    total integer NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (programme_id, study_id, wave_id, composite, sector, answered, total)
);
CREATE TABLE debrief.fact_moment (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    scale text NOT NULL,
    i smallint NOT NULL,
    j smallint NOT NULL,
    total bigint NOT NULL,
    PRIMARY KEY (programme_id, study_id, wave_id, scale, i, j)
);
COMMENT ON TABLE debrief.fact_moment IS 'Complete-case sums of a scale: (0,0) n, (i,0) sum of x_i, (i,j) sum of x_i x_j';
CREATE TABLE debrief.fact_participation (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    code text NOT NULL,
    PRIMARY KEY (programme_id, study_id, wave_id, participant_id)
);

CREATE TABLE debrief.metric (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    family text NOT NULL,
    wave text NOT NULL,
    metric text NOT NULL,
    slice text NOT NULL,
    item text NOT NULL,
    value double precision,
    text_value text,
    null_reason text,
    n bigint,
    population bigint,
    low double precision,
    high double precision,
    unit text NOT NULL,
    method text NOT NULL,
    metric_version integer NOT NULL,
    epoch bigint NOT NULL,
    position integer NOT NULL,
    PRIMARY KEY (programme_id, study_id, family, wave, metric, slice, item)
);
COMMENT ON TABLE debrief.metric IS 'Internal rows, before disclosure control: for the analyst role, audited';

CREATE TABLE debrief.study_state (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    epoch bigint NOT NULL,
    revision bigint NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, study_id)
);

-- Disclosure atoms. A family is what shares one contributor set: an item, or an index with its items.
CREATE TABLE debrief.atom_group (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    family text NOT NULL,
    group_id text NOT NULL,
    sectors text[] NOT NULL,
    PRIMARY KEY (programme_id, study_id, wave_id, family, group_id)
);
CREATE TABLE debrief.atom (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    family text NOT NULL,
    group_id text NOT NULL,
    entry integer NOT NULL,
    n integer NOT NULL,
    entered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, study_id, wave_id, family, group_id, entry)
);
COMMENT ON COLUMN debrief.atom.entry IS 'The epoch in which these contributions entered, from 1';
CREATE TABLE debrief.atom_cell (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    family text NOT NULL,
    group_id text NOT NULL,
    entry integer NOT NULL,
    item text NOT NULL,
    value smallint NOT NULL,
    n integer NOT NULL,
    PRIMARY KEY (programme_id, study_id, wave_id, family, group_id, entry, item, value)
);
COMMENT ON TABLE debrief.atom_cell IS 'Coded histograms: what releases are computed from';
CREATE TABLE debrief.atom_member (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    family text NOT NULL,
    evaluation_id uuid NOT NULL,
    group_id text NOT NULL,
    entry integer NOT NULL,
    PRIMARY KEY (programme_id, study_id, wave_id, family, evaluation_id)
);

CREATE TABLE debrief.release (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    number integer NOT NULL,
    released_at timestamptz NOT NULL DEFAULT now(),
    epoch bigint NOT NULL,
    content_hash bytea NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_reason text,
    PRIMARY KEY (programme_id, study_id, number)
);
CREATE TABLE debrief.release_metric (
    programme_id uuid NOT NULL,
    study_id uuid NOT NULL,
    number integer NOT NULL,
    position integer NOT NULL,
    family text NOT NULL,
    wave text NOT NULL,
    metric text NOT NULL,
    slice text NOT NULL,
    item text NOT NULL,
    value double precision,
    text_value text,
    null_reason text,
    n bigint,
    population bigint,
    low double precision,
    high double precision,
    unit text NOT NULL,
    method text NOT NULL,
    metric_version integer NOT NULL,
    PRIMARY KEY (programme_id, study_id, number, family, wave, metric, slice, item),
    FOREIGN KEY (programme_id, study_id, number) REFERENCES debrief.release
);

CREATE TABLE debrief.lease (
    programme_id uuid NOT NULL,
    name text NOT NULL,
    holder uuid NOT NULL,
    epoch bigint NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (programme_id, name)
);
COMMENT ON COLUMN debrief.lease.epoch IS 'The fencing token: grows whenever the holder changes; every result is written under it';

CREATE TABLE debrief.job (
    programme_id uuid NOT NULL,
    job_id uuid NOT NULL,
    study_id uuid NOT NULL,
    kind text NOT NULL,
    local_time time,
    next_run_at timestamptz NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    last_error text,
    PRIMARY KEY (programme_id, job_id),
    UNIQUE (programme_id, study_id, kind),
    FOREIGN KEY (programme_id, study_id) REFERENCES debrief.study
);
CREATE INDEX job_due ON debrief.job (programme_id, next_run_at);
COMMENT ON COLUMN debrief.job.local_time IS 'Daily at this time in the study''s time zone; null: when the study is stale';

CREATE TABLE debrief.job_run (
    programme_id uuid NOT NULL,
    job_id uuid NOT NULL,
    run_id uuid NOT NULL,
    epoch bigint NOT NULL,
    holder uuid NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('succeeded', 'failed', 'differed')),
    detail text NOT NULL DEFAULT '',
    revision bigint,
    PRIMARY KEY (programme_id, job_id, run_id)
);
CREATE INDEX job_run_latest ON debrief.job_run (programme_id, job_id, started_at DESC);

CREATE TABLE debrief.outbox (
    programme_id uuid NOT NULL,
    event_id uuid NOT NULL,
    kind text NOT NULL,
    study_id uuid NOT NULL,
    payload text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, event_id)
);

-- Hash-chained per programme over salted commitments: erasing a record's content leaves the chain verifiable.
CREATE TABLE debrief.audit (
    programme_id uuid NOT NULL,
    number bigint NOT NULL,
    at timestamptz NOT NULL,
    commitment bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (programme_id, number)
);
CREATE TABLE debrief.audit_record (
    programme_id uuid NOT NULL,
    number bigint NOT NULL,
    salt bytea NOT NULL,
    record text NOT NULL,
    PRIMARY KEY (programme_id, number)
);
CREATE TABLE debrief.audit_head (
    programme_id uuid PRIMARY KEY,
    number bigint NOT NULL,
    hash bytea NOT NULL
);

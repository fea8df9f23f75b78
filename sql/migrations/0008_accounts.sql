-- People who sign in to the desk: accounts, their sessions, and the links that begin one.

CREATE TABLE identity.account (
    programme_id uuid NOT NULL,
    account_id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    language text NOT NULL,
    role text NOT NULL CHECK (role IN ('organiser', 'analyst', 'coder')),
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    PRIMARY KEY (programme_id, account_id)
);
CREATE UNIQUE INDEX account_living ON identity.account (programme_id, lower(email)) WHERE revoked_at IS NULL;

-- The link is derived from the credential key and this row's id, and works once.
CREATE TABLE debrief.sign_in (
    programme_id uuid NOT NULL,
    sign_in_id uuid NOT NULL,
    account_id uuid NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    spent_at timestamptz,
    PRIMARY KEY (programme_id, sign_in_id)
);
CREATE INDEX sign_in_account ON debrief.sign_in (programme_id, account_id);

CREATE TABLE debrief.session (
    programme_id uuid NOT NULL,
    secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    account_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, secret_hash)
);
CREATE INDEX session_account ON debrief.session (programme_id, account_id);
COMMENT ON COLUMN debrief.session.seen_at IS 'To the minute';

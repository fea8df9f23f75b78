-- Mail: one row a mail, and what an organiser plans for a wave.

-- A row names nobody: the address and the name are joined when it is claimed for sending. Sent at least once: a crash
-- between the server's acceptance and the mark makes the row be claimed again.
CREATE TABLE debrief.mail (
    programme_id uuid NOT NULL REFERENCES debrief.programme,
    mail_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('invitation', 'reminder', 'closing', 'thanks', 'sign_in', 'resend')),
    study_id uuid,
    wave_id uuid,
    person_id uuid,
    account_id uuid,
    round timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'claimed', 'sent', 'failed', 'bounced', 'withdrawn', 'skipped')),
    attempts smallint NOT NULL DEFAULT 0,
    claim_id uuid,
    claimed_until timestamptz,
    sent_at timestamptz,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, mail_id),
    FOREIGN KEY (programme_id, wave_id) REFERENCES debrief.wave,
    CHECK ((person_id IS NULL) <> (account_id IS NULL)),
    CHECK ((kind IN ('invitation', 'reminder', 'closing', 'thanks')) = (wave_id IS NOT NULL)),
    CHECK ((state = 'claimed') = (claim_id IS NOT NULL AND claimed_until IS NOT NULL))
);
CREATE UNIQUE INDEX mail_once ON debrief.mail (programme_id, wave_id, person_id, kind, round) WHERE wave_id IS NOT NULL;
CREATE INDEX mail_waiting ON debrief.mail (programme_id, due_at) WHERE state IN ('queued', 'claimed');
CREATE INDEX mail_person ON debrief.mail (programme_id, person_id, kind);
COMMENT ON COLUMN debrief.mail.round IS 'The moment it was planned or asked for; with wave, person and kind it names the mail once for all';
COMMENT ON COLUMN debrief.mail.due_at IS 'When to send it; moved on by each refusal for now';
COMMENT ON COLUMN debrief.mail.claim_id IS 'Who is sending it, until claimed_until: then it may be claimed again';
COMMENT ON COLUMN debrief.mail.last_error IS 'The server''s answer, or why it was skipped; never an address';

-- What is sent for a wave without anybody asking for it. Times are of the clock on the wall of the study's time zone.
CREATE TABLE debrief.mail_plan (
    programme_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    mails_max smallint NOT NULL DEFAULT 4 CHECK (mails_max BETWEEN 0 AND 20),
    invites boolean NOT NULL DEFAULT false,
    reminders timestamp[] NOT NULL DEFAULT '{}',
    closing_days smallint,
    closing_time time NOT NULL DEFAULT '09:00',
    thanks boolean NOT NULL DEFAULT false,
    changed_at timestamptz NOT NULL DEFAULT now(),
    done_until timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, wave_id),
    FOREIGN KEY (programme_id, wave_id) REFERENCES debrief.wave
);
COMMENT ON COLUMN debrief.mail_plan.mails_max IS 'To one person about this wave, the invitation among them; a wave without a plan has 4';
COMMENT ON COLUMN debrief.mail_plan.closing_days IS 'How many days before closing its notice is sent; null: none';
COMMENT ON COLUMN debrief.mail_plan.changed_at IS 'An invitation to a wave that was open then is due at this time';
COMMENT ON COLUMN debrief.mail_plan.done_until IS 'What was due before is made, or is not sent any more';

ALTER TABLE identity.person ADD COLUMN unsubscribed_at timestamptz;
ALTER TABLE identity.person ADD COLUMN failing_address text;
ALTER TABLE identity.person ADD COLUMN failing_since timestamptz;
COMMENT ON COLUMN identity.person.failing_address IS 'The address that a server refused for good: nothing is sent while it is the address';
CREATE INDEX person_email ON identity.person (lower(email)) WHERE email <> '';

-- An address that somebody typed to get lost links again. Whether it is known is looked up later, by the workers, so
-- that nobody who asks can tell by the time it takes. It belongs to no programme, and stands under the reserved one.
CREATE TABLE identity.resend_request (
    programme_id uuid NOT NULL,
    request_id uuid NOT NULL,
    address text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    done boolean NOT NULL DEFAULT false,
    PRIMARY KEY (programme_id, request_id)
);

INSERT INTO debrief.job (programme_id, job_id, study_id, kind, next_run_at)
SELECT s.programme_id, gen_random_uuid(), s.study_id, 'mail', 'infinity' FROM debrief.study s;

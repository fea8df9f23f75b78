-- Interviews, their segments and codings, and the quotes from them. They belong to the programme: an interviewee may
-- have been on several of its trips. Names (codes, interviews, segments, coders, quotes) are the evaluators' own.
-- Nothing is deleted: a coding is dated, a trip of an interview or a quote is changed by what is imported later.

CREATE TABLE debrief.interview_set (
    programme_id uuid PRIMARY KEY REFERENCES debrief.programme,
    adjudicator text NOT NULL DEFAULT 'A',
    changed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE debrief.interview_set IS 'The programme''s interviews as a whole; made by their first import';
COMMENT ON COLUMN debrief.interview_set.adjudicator IS 'The coder whose codings say what was said: the adjudicated ones. The others'' are for agreement';
COMMENT ON COLUMN debrief.interview_set.changed_at IS 'The last import or setting that changed anything: what was computed before is stale';

CREATE TABLE debrief.code (
    programme_id uuid NOT NULL REFERENCES debrief.programme,
    code text NOT NULL,
    label text NOT NULL,
    trip_specific boolean NOT NULL,
    PRIMARY KEY (programme_id, code)
);
COMMENT ON TABLE debrief.code IS 'The themes that segments are coded with';
COMMENT ON COLUMN debrief.code.trip_specific IS 'Whether the theme is about one trip rather than all';

CREATE TABLE debrief.interview (
    programme_id uuid NOT NULL REFERENCES debrief.programme,
    interview text NOT NULL,
    person_id uuid NOT NULL,
    sector text NOT NULL,
    sequence integer NOT NULL,
    is_organiser boolean NOT NULL,
    PRIMARY KEY (programme_id, interview)
);
COMMENT ON COLUMN debrief.interview.person_id IS 'The interviewee: the same as in the delegations, and in their other interviews';
COMMENT ON COLUMN debrief.interview.sequence IS 'The order of the interviews, for saturation';
COMMENT ON COLUMN debrief.interview.is_organiser IS 'The organiser''s own people count for agreement only';

CREATE TABLE debrief.interview_trip (
    programme_id uuid NOT NULL,
    interview text NOT NULL,
    study_id uuid NOT NULL,
    withdrawn_at timestamptz,
    PRIMARY KEY (programme_id, interview, study_id),
    FOREIGN KEY (programme_id, interview) REFERENCES debrief.interview,
    FOREIGN KEY (programme_id, study_id) REFERENCES debrief.study
);
COMMENT ON TABLE debrief.interview_trip IS 'The trips that the interviewee was on: the denominator of what is said of a trip';

CREATE TABLE debrief.segment (
    programme_id uuid NOT NULL,
    segment text NOT NULL,
    interview text NOT NULL,
    study_id uuid,
    PRIMARY KEY (programme_id, segment),
    FOREIGN KEY (programme_id, interview) REFERENCES debrief.interview,
    FOREIGN KEY (programme_id, study_id) REFERENCES debrief.study
);
COMMENT ON COLUMN debrief.segment.study_id IS 'The trip that the segment speaks of, when it is one';

CREATE TABLE debrief.coder_segment (
    programme_id uuid NOT NULL,
    segment text NOT NULL,
    coder text NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, segment, coder),
    FOREIGN KEY (programme_id, segment) REFERENCES debrief.segment
);
COMMENT ON TABLE debrief.coder_segment IS 'Who was to code what: no coding there is coded absent';

-- Dated rows, as of a delegate: a re-coding closes one row and opens the next, a withdrawal only closes.
CREATE TABLE debrief.coding (
    programme_id uuid NOT NULL,
    segment text NOT NULL,
    coder text NOT NULL,
    code text NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL DEFAULT 'infinity',
    sentiment smallint CHECK (sentiment BETWEEN -1 AND 1),
    PRIMARY KEY (programme_id, segment, coder, code, valid_from),
    FOREIGN KEY (programme_id, segment, coder) REFERENCES debrief.coder_segment,
    FOREIGN KEY (programme_id, code) REFERENCES debrief.code
);
CREATE UNIQUE INDEX coding_now ON debrief.coding (programme_id, segment, coder, code) WHERE valid_until = 'infinity';
COMMENT ON COLUMN debrief.coding.sentiment IS 'What is said of the theme: -1 against, 0 neutral, 1 for; null when not judged';

CREATE TABLE debrief.quote (
    programme_id uuid NOT NULL,
    quote text NOT NULL,
    interview text NOT NULL,
    code text NOT NULL,
    approval text NOT NULL CHECK (approval IN ('approved', 'pending', 'declined')),
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme_id, quote),
    FOREIGN KEY (programme_id, interview) REFERENCES debrief.interview,
    FOREIGN KEY (programme_id, code) REFERENCES debrief.code
);
COMMENT ON COLUMN debrief.quote.approval IS 'The interviewee''s: only what is approved may be published';

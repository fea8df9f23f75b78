-- Interviews are closed once, and what they say is released then (see release.h).
ALTER TABLE debrief.interview_set ADD COLUMN closed_at timestamptz;
COMMENT ON COLUMN debrief.interview_set.closed_at IS
    'Since when nothing of the interviews changes; only the approval of a quote can be taken back. Never undone';

ALTER TABLE debrief.code ADD COLUMN approved_at timestamptz;
COMMENT ON COLUMN debrief.code.approved_at IS
    'When an organiser said that the theme may be told though few raised it, because they agreed';

ALTER TABLE debrief.quote ADD COLUMN text text NOT NULL DEFAULT '';
COMMENT ON COLUMN debrief.quote.text IS
    'What may be read of it, as its interviewee was asked: nothing in it tells who that is; empty when not told yet';

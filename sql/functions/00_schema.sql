-- Functions are re-created as a whole: nothing of an older version stays behind.
DROP SCHEMA IF EXISTS logic CASCADE;
CREATE SCHEMA logic;
COMMENT ON SCHEMA logic IS 'The functions of debriefd; re-created when their text changes';

-- What a request's statement answers: an HTTP status, and the JSON body (2xx) or {"problem", "detail"} (4xx).
CREATE TYPE logic.answer AS (status integer, body text);

CREATE FUNCTION logic.problem(status integer, slug text, detail text) RETURNS logic.answer
LANGUAGE sql IMMUTABLE
RETURN ROW(status, json_build_object('problem', slug, 'detail', detail)::text)::logic.answer;

-- RFC 3339 in UTC, as the API shows every time.
CREATE FUNCTION logic.utc(at timestamptz) RETURNS text
LANGUAGE sql STABLE
RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

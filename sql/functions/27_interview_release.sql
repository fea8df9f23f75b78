-- Releasing interviews: closing them, approving a theme that few raised, and what a release is told of each theme.

-- How many interviewees raise the theme, as it is coded now; the organiser's own people do not count.
CREATE FUNCTION logic.theme_speakers(programme uuid, theme text) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(DISTINCT i.person_id)
    FROM debrief.coding c
    JOIN debrief.interview_set s ON s.programme_id = c.programme_id AND s.adjudicator = c.coder
    JOIN debrief.segment g ON g.programme_id = c.programme_id AND g.segment = c.segment
    JOIN debrief.interview i ON i.programme_id = g.programme_id AND i.interview = g.interview
    WHERE c.programme_id = programme AND c.code = theme AND c.valid_until = 'infinity' AND NOT i.is_organiser
$$;

-- An approval is of who raised the theme when it was given: a later coding takes it away.
CREATE FUNCTION logic.themes(programme uuid) RETURNS TABLE (code text, trip_specific boolean, is_approved boolean)
LANGUAGE sql STABLE AS $$
    SELECT c.code, c.trip_specific, c.approved_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM debrief.coding d
        JOIN debrief.interview_set s ON s.programme_id = d.programme_id AND s.adjudicator = d.coder
        WHERE d.programme_id = programme AND d.code = c.code AND d.valid_until = 'infinity'
          AND d.valid_from > c.approved_at)
    FROM debrief.code c WHERE c.programme_id = programme
$$;

CREATE FUNCTION logic.code_json(programme uuid, named text) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_object('code', c.code, 'label', c.label, 'trip_specific', c.trip_specific, 'approved', t.is_approved)
    FROM debrief.code c JOIN logic.themes(programme) t ON t.code = c.code
    WHERE c.programme_id = programme AND c.code = named
$$;

-- Those who raised the theme agreed that it is told. Repeating it changes nothing.
CREATE FUNCTION logic.code_approve(programme uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    named text := given ->> 'code';
BEGIN
    IF logic.interviews_lock(programme) THEN
        RETURN logic.interviews_closed();
    END IF;
    IF NOT EXISTS (SELECT FROM debrief.code c WHERE c.programme_id = programme AND c.code = named) THEN
        RETURN logic.problem(422, 'invalid', 'there is no such code');
    END IF;
    IF logic.theme_speakers(programme, named) = 0 THEN
        RETURN logic.problem(409, 'conflict', 'no interviewee raised the theme: there is nobody who could approve it');
    END IF;
    IF NOT (SELECT t.is_approved FROM logic.themes(programme) t WHERE t.code = named) THEN
        UPDATE debrief.code c SET approved_at = clock_timestamp() WHERE c.programme_id = programme AND c.code = named;
        PERFORM logic.audit_append(programme, actor, 'code.approved', jsonb_build_object('code', named));
    END IF;
    RETURN ROW(200, logic.code_json(programme, named)::text)::logic.answer;
END
$$;

-- From now on nothing of the interviews changes, and what they say is released: once, so quotes that are still asked
-- about must be left out on purpose.
CREATE FUNCTION logic.interview_set_close(programme uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.interview_set;
    quotes jsonb;
BEGIN
    IF NOT logic.interviews_lock(programme) THEN
        IF NOT EXISTS (SELECT FROM debrief.interview i WHERE i.programme_id = programme AND NOT i.is_organiser) THEN
            RETURN logic.problem(409, 'conflict', 'there is no interview to close');
        END IF;
        SELECT jsonb_build_object('approved', count(*) FILTER (WHERE q.approval = 'approved'),
                                  'pending', count(*) FILTER (WHERE q.approval = 'pending')) INTO quotes
        FROM debrief.quote q WHERE q.programme_id = programme;
        IF (quotes ->> 'pending')::integer > 0 AND (given ->> 'without_pending')::boolean IS NOT TRUE THEN
            RETURN logic.problem(409, 'quotes-pending', format(
                '%s quotes wait for approval and can never be released once the interviews are closed; without_pending '
                'leaves them out', quotes ->> 'pending'));
        END IF;
        UPDATE debrief.interview_set s SET closed_at = clock_timestamp() WHERE s.programme_id = programme;
        PERFORM logic.audit_append(programme, actor, 'interviews.closed', jsonb_build_object('quotes', quotes));
        PERFORM logic.mark_recoded(programme);
    END IF;
    SELECT * INTO stored FROM debrief.interview_set s WHERE s.programme_id = programme;
    RETURN ROW(200, logic.interview_set_json(stored)::text)::logic.answer;
END
$$;

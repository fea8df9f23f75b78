-- Retention: so many months after a study's end its people and their answers go, and the study is archived: its facts,
-- internal metrics, coded atoms and releases stay as they are, and nothing is computed anew, because what it would be
-- computed from is gone. People without any other delegation go with their names; interviews and their codings, which
-- belong to the programme, stay with a pseudonym that leads nowhere.

-- When each study's people and answers go. A study ends with its last day, or else when its last wave closes; one with
-- an open wave has not ended.
CREATE FUNCTION logic.retention_dates(programme uuid)
RETURNS TABLE (study_id uuid, ended_on date, due_on date)
LANGUAGE sql STABLE AS $$
    SELECT s.study_id, e.ended_on, (e.ended_on + make_interval(months => p.retention_months))::date
    FROM debrief.programme p
    JOIN debrief.study s ON s.programme_id = p.programme_id
    CROSS JOIN LATERAL (
        SELECT greatest(s.ends_on, (max(w.closed_at) AT TIME ZONE s.time_zone)::date) AS ended_on
        FROM debrief.wave w WHERE w.programme_id = p.programme_id AND w.study_id = s.study_id
        HAVING count(*) FILTER (WHERE w.closed_at IS NULL) = 0) e
    WHERE p.programme_id = programme
$$;

-- The tables whose rows of a study or wave go: those that hold people.
CREATE FUNCTION logic.retained_tables() RETURNS TABLE (tabled text, condition text)
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT p.tabled, 't.programme_id = $1 AND (' || CASE
        WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = p.tabled::regclass AND a.attname = 'wave_id'
                     AND NOT a.attisdropped) THEN 't.wave_id = ANY (($2).waves)' ELSE 't.study_id = ANY (($2).studies)' END
        || CASE WHEN 'person_id' = ANY (p.columns) THEN ' OR t.person_id = ANY (($2).persons))' ELSE ')' END
    FROM logic.personal_tables() p
    WHERE EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = p.tabled::regclass
                  AND a.attname IN ('wave_id', 'study_id') AND NOT a.attisdropped)
      AND p.tabled <> 'debrief.interview_trip'
    ORDER BY p.tabled
$$;

-- People of the study who have no delegation elsewhere.
CREATE FUNCTION logic.persons_only_of(programme uuid, study uuid) RETURNS uuid[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT d.person_id), '{}') FROM debrief.delegate d
    WHERE d.programme_id = programme AND d.study_id = study
      AND NOT EXISTS (SELECT FROM debrief.delegate o WHERE o.programme_id = programme AND o.person_id = d.person_id
                      AND o.study_id <> study)
$$;

CREATE FUNCTION logic.study_pseudonyms(programme uuid, study uuid) RETURNS logic.pseudonyms
LANGUAGE sql STABLE AS $$
    SELECT ROW(logic.persons_only_of(programme, study), '{}'::uuid[], '{}'::uuid[], '{}'::uuid[], ARRAY[study],
               ARRAY(SELECT w.wave_id FROM debrief.wave w WHERE w.programme_id = programme AND w.study_id = study),
               '{}'::text[])::logic.pseudonyms
$$;

-- Takes a study's people and answers, or counts them.
CREATE FUNCTION logic.study_take(programme uuid, study uuid, for_real boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    known logic.pseudonyms := logic.study_pseudonyms(programme, study);
    taken jsonb;
    t record;
BEGIN
    taken := jsonb_build_object('person', logic.personal_take(
        programme, known, 'identity.person', 't.programme_id = $1 AND t.person_id = ANY (($2).persons)', for_real));
    FOR t IN SELECT r.tabled, r.condition FROM logic.retained_tables() r LOOP
        taken := taken || jsonb_build_object(split_part(t.tabled, '.', 2), logic.personal_take(
            programme, known, t.tabled, t.condition, for_real));
    END LOOP;
    RETURN (SELECT coalesce(jsonb_object_agg(x.key, x.value), '{}') FROM jsonb_each(taken) x WHERE x.value <> '0');
END
$$;

-- What would go, and when: the dry run of the job.
CREATE FUNCTION logic.retention_plan(programme uuid, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM logic.audit_append(programme, actor, 'retention.planned', '{}')
    FROM debrief.programme p WHERE p.programme_id = programme;
    RETURN (SELECT ROW(200, json_build_object('retention_months', p.retention_months, 'studies', (
            SELECT coalesce(json_agg(json_build_object('study', s.study_id, 'name', s.name, 'ended_on', r.ended_on,
                'due_on', r.due_on, 'is_due', s.archived_at IS NULL AND coalesce(r.due_on <= now()::date, false),
                'archived_at', logic.utc(s.archived_at),
                'goes', CASE WHEN s.archived_at IS NULL THEN logic.study_take(programme, s.study_id, false) ELSE '{}' END)
                ORDER BY r.due_on, s.starts_on, s.name, s.study_id), '[]')
            FROM debrief.study s LEFT JOIN logic.retention_dates(programme) r ON r.study_id = s.study_id
            WHERE s.programme_id = programme))::text)::logic.answer
        FROM debrief.programme p WHERE p.programme_id = programme);
END
$$;

-- Archives the programme's studies that are due; one that has something to fold waits for the next night. Says how many.
CREATE FUNCTION logic.retention_run(programme uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    studies uuid[];
    due uuid;
    archived integer := 0;
    taken jsonb;
BEGIN
    studies := ARRAY(
        SELECT r.study_id FROM logic.retention_dates(programme) r
        JOIN debrief.study s ON s.programme_id = programme AND s.study_id = r.study_id
        WHERE r.due_on <= now()::date AND s.archived_at IS NULL ORDER BY r.study_id);
    PERFORM logic.studies_hold(programme, studies); -- all before the first record of the trail, which others hold last
    FOREACH due IN ARRAY studies LOOP
        CONTINUE WHEN EXISTS (SELECT FROM debrief.pending p WHERE p.programme_id = programme AND p.study_id = due)
            OR EXISTS (SELECT FROM debrief.stale s WHERE s.programme_id = programme AND s.study_id = due)
            OR NOT EXISTS (SELECT FROM logic.retention_dates(programme) r
                           WHERE r.study_id = due AND r.due_on <= now()::date);
        taken := logic.study_take(programme, due, true);
        DELETE FROM debrief.seat t WHERE t.programme_id = programme AND t.study_id = due;
        -- Without its jobs nothing folds the study anew from what is left of it.
        DELETE FROM debrief.job j WHERE j.programme_id = programme AND j.study_id = due;
        UPDATE debrief.study s SET archived_at = now() WHERE s.programme_id = programme AND s.study_id = due;
        PERFORM pg_notify('debriefd_wave', programme::text);
        PERFORM logic.audit_append(programme, '00000000-0000-0000-0000-000000000000', 'study.archived',
                                   jsonb_build_object('study', due, 'removed', taken));
        archived := archived + 1;
    END LOOP;
    RETURN archived;
END
$$;

-- The programme's settings that may change.
CREATE FUNCTION logic.programme_change(programme uuid, given jsonb, actor uuid) RETURNS logic.answer
LANGUAGE plpgsql AS $$
DECLARE
    stored debrief.programme;
BEGIN
    UPDATE debrief.programme p
    SET retention_months = CASE WHEN given ? 'retention_months' THEN (given ->> 'retention_months')::integer
                                ELSE p.retention_months END
    WHERE p.programme_id = programme RETURNING * INTO stored;
    IF NOT FOUND THEN
        RETURN logic.problem(404, 'not-found', 'no such programme');
    END IF;
    PERFORM logic.audit_append(programme, actor, 'programme.changed', given);
    RETURN ROW(200, logic.programme_json(stored))::logic.answer;
END
$$;

-- Stores one segment of submissions and says the outcome of each, in the order given. Outcomes: new, replay,
-- conflict (other body), no_wave, not_open, closed, revoked (the invitation), no_participant, stale (an edit of
-- something else than the current evaluation, or a second first one). Nothing expected is raised.
-- Every array has one element a submission; the seal_* arrays have one element a programme of the segment.
CREATE FUNCTION logic.ingest(
    programmes uuid[], waves uuid[], evaluations uuid[], invitations uuid[], generations smallint[],
    participants uuid[], replaced uuid[], scores text[], texts text[], answered smallint[],
    applicable smallint[], hashes bytea[], languages text[], received timestamptz[], late boolean[],
    seals uuid[], positions smallint[],
    seal_programmes uuid[], seal_ids uuid[], seal_leaves bytea[], seal_signatures bytea[], seal_key text)
RETURNS TABLE (ordinal integer, outcome text, received_at text, key_id text, seal_position smallint,
               leaves bytea, signature bytea)
LANGUAGE plpgsql AS $$
BEGIN
    -- Closing a wave takes FOR UPDATE on it: no answer falls between.
    PERFORM FROM debrief.wave w
        WHERE (w.programme_id, w.wave_id) IN (SELECT DISTINCT u.p, u.w FROM unnest(programmes, waves) u (p, w))
        ORDER BY w.programme_id, w.wave_id FOR SHARE;

    WITH given AS (
        SELECT * FROM unnest(programmes, waves, evaluations, invitations, generations, participants, replaced,
                             scores, texts, answered, applicable, hashes, languages, received, late, seals, positions)
            WITH ORDINALITY
            AS g (programme_id, wave_id, evaluation_id, invitation_id, generation, participant_id, replaces,
                  scores, texts, answered, applicable, body_hash, language, received_at, late, seal_id, seal_position,
                  ordinal)
    ), entitled AS (
        SELECT g.ordinal, g.programme_id, w.study_id, g.wave_id, g.evaluation_id,
               coalesce(v.participant_id, g.participant_id) AS participant_id, g.replaces, g.seal_id, g.received_at,
               g.seal_position, g.answered, g.applicable, g.invitation_id IS NULL AS proxy, g.body_hash, g.language,
               g.scores, g.texts
        FROM given g
        JOIN debrief.wave w ON w.programme_id = g.programme_id AND w.wave_id = g.wave_id
        LEFT JOIN debrief.invitation v ON v.programme_id = g.programme_id AND v.invitation_id = g.invitation_id
            AND v.wave_id = g.wave_id AND v.generation = g.generation AND v.revoked_at IS NULL
        WHERE (g.late OR (w.closed_at IS NULL AND w.opens_at <= now() AND coalesce(w.closes_at > now(), true)))
          AND (v.participant_id IS NOT NULL
               OR (g.invitation_id IS NULL AND EXISTS (
                   SELECT FROM debrief.delegate d
                   WHERE d.programme_id = g.programme_id AND d.study_id = w.study_id
                     AND d.participant_id = g.participant_id AND d.valid_until = 'infinity')))
    ), added AS (
        INSERT INTO debrief.evaluation (programme_id, evaluation_id, wave_id, participant_id, replaces, seal_id,
                                        received_at, seal_position, answered, applicable, proxy, body_hash, language,
                                        scores, texts)
        SELECT e.programme_id, e.evaluation_id, e.wave_id, e.participant_id, e.replaces, e.seal_id, e.received_at,
               e.seal_position, e.answered, e.applicable, e.proxy, e.body_hash, e.language, e.scores::smallint[],
               e.texts
        FROM entitled e
        WHERE e.replaces IS NULL
           OR EXISTS (SELECT FROM debrief.evaluation p
                      WHERE p.programme_id = e.programme_id AND p.evaluation_id = e.replaces
                        AND p.wave_id = e.wave_id AND p.participant_id = e.participant_id)
        ORDER BY e.ordinal -- of two that exclude each other, the one that came first is stored
        ON CONFLICT DO NOTHING
        RETURNING evaluation.programme_id, evaluation.wave_id, evaluation.evaluation_id, evaluation.seal_id
    ), queued AS (
        INSERT INTO debrief.pending (programme_id, study_id, evaluation_id)
        SELECT a.programme_id, w.study_id, a.evaluation_id
        FROM added a JOIN debrief.wave w ON w.programme_id = a.programme_id AND w.wave_id = a.wave_id
    )
    INSERT INTO debrief.seal (programme_id, seal_id, key_id, leaves, signature)
    SELECT s.programme_id, s.seal_id, seal_key, s.leaves, s.signature
    FROM unnest(seal_programmes, seal_ids, seal_leaves, seal_signatures) AS s (programme_id, seal_id, leaves, signature)
    WHERE EXISTS (SELECT FROM added a WHERE a.programme_id = s.programme_id AND a.seal_id = s.seal_id);

    -- A statement of its own, so that it sees what a concurrent segment committed while the insert waited for it.
    RETURN QUERY
    SELECT g.ordinal::integer,
           CASE
               WHEN e.seal_id = g.seal_id AND e.seal_position = g.seal_position THEN 'new'
               WHEN e.body_hash = g.body_hash AND e.wave_id = g.wave_id
                    AND e.participant_id = coalesce(v.participant_id, g.participant_id) THEN 'replay'
               WHEN e.evaluation_id IS NOT NULL THEN 'conflict'
               WHEN w.wave_id IS NULL THEN 'no_wave'
               WHEN w.closed_at IS NOT NULL OR w.closes_at <= now() THEN 'closed'
               WHEN w.opens_at > now() THEN 'not_open'
               WHEN g.invitation_id IS NOT NULL
                    AND (v.invitation_id IS NULL OR v.generation <> g.generation OR v.revoked_at IS NOT NULL)
                   THEN 'revoked'
               WHEN g.invitation_id IS NULL AND NOT EXISTS (
                   SELECT FROM debrief.delegate d
                   WHERE d.programme_id = g.programme_id AND d.study_id = w.study_id
                     AND d.participant_id = g.participant_id AND d.valid_until = 'infinity')
                   THEN 'no_participant'
               ELSE 'stale'
           END,
           logic.utc(e.received_at), s.key_id, e.seal_position, s.leaves, s.signature
    FROM unnest(programmes, waves, evaluations, invitations, generations, participants, hashes, seals, positions)
        WITH ORDINALITY AS g (programme_id, wave_id, evaluation_id, invitation_id, generation, participant_id,
                              body_hash, seal_id, seal_position, ordinal)
    LEFT JOIN debrief.wave w ON w.programme_id = g.programme_id AND w.wave_id = g.wave_id
    LEFT JOIN debrief.invitation v ON v.programme_id = g.programme_id AND v.invitation_id = g.invitation_id
        AND v.wave_id = g.wave_id
    LEFT JOIN debrief.evaluation e ON e.programme_id = g.programme_id AND e.evaluation_id = g.evaluation_id
    -- A new submission's seal is what was given: only a replay reads it back, also one of its own segment.
    -- A new submission's seal is what was given: only a replay reads it back, also one of this segment.
    LEFT JOIN debrief.seal s ON s.programme_id = e.programme_id AND s.seal_id = e.seal_id
        AND (e.seal_id <> g.seal_id OR e.seal_position <> g.seal_position);
END
$$;

-- Keeps the answers of refused edits for their participants to find again. With the owner's rights: who keeps a draft
-- reads none.
CREATE FUNCTION logic.keep_draft(programme uuid, wave uuid, evaluation uuid, invitation uuid, at timestamptz,
                                 spoken text, scored smallint[], rest text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    INSERT INTO debrief.draft (programme_id, wave_id, participant_id, evaluation_id, saved_at, language, scores, texts)
    SELECT programme, wave, v.participant_id, evaluation, at, spoken, scored, rest
    FROM debrief.invitation v
    WHERE v.programme_id = programme AND v.invitation_id = invitation AND v.participant_id IS NOT NULL
    ON CONFLICT (programme_id, wave_id, participant_id) DO UPDATE
    SET evaluation_id = excluded.evaluation_id, saved_at = excluded.saved_at, language = excluded.language,
        scores = excluded.scores, texts = excluded.texts
$$;

-- Stores one segment of submissions and says the outcome of each, in any order. Outcomes: new, replay,
-- conflict (other body), no_wave, not_open, closed, revoked (the invitation), no_participant, stale (an edit of
-- something else than the current evaluation, or a second first one). Nothing expected is raised.
-- Every array has one element a submission, but for slots, which holds the scores of all one after the other
-- (slot_counts of them each), and the seal_* arrays, which have one element a programme of the segment.
-- Planning takes longer than running, and no parameter changes the best plan: one look-up in an index a row, whatever
-- the statistics say of tables that have just begun to grow (hence LATERAL with OFFSET 0, which is never flattened).
CREATE FUNCTION logic.ingest(
    programmes uuid[], waves uuid[], evaluations uuid[], invitations uuid[], generations smallint[],
    participants uuid[], replaced uuid[], slots smallint[], slot_counts smallint[], texts text[], answered smallint[],
    applicable smallint[], hashes bytea[], languages text[], received timestamptz[], late boolean[],
    seals uuid[], positions smallint[],
    seal_programmes uuid[], seal_ids uuid[], seal_leaves bytea[], seal_signatures bytea[], seal_key text)
RETURNS TABLE (ordinal integer, outcome text, received_at text, key_id text, seal_position smallint,
               leaves bytea, signature bytea)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    fresh bigint[];
BEGIN
    -- Closing a wave takes FOR UPDATE on it: no answer falls between.
    PERFORM FROM (SELECT DISTINCT u.p, u.w FROM unnest(programmes, waves) u (p, w) ORDER BY u.p, u.w) u
        CROSS JOIN LATERAL (SELECT FROM debrief.wave w WHERE w.programme_id = u.p AND w.wave_id = u.w FOR SHARE) w;

    WITH given AS (
        SELECT *, sum(g.slot_count) OVER (ORDER BY g.ordinal) AS last_slot
        FROM unnest(programmes, waves, evaluations, invitations, generations, participants, replaced, slot_counts,
                    texts, answered, applicable, hashes, languages, received, late, seals, positions) WITH ORDINALITY
            AS g (programme_id, wave_id, evaluation_id, invitation_id, generation, participant_id, replaces,
                  slot_count, texts, answered, applicable, body_hash, language, received_at, late, seal_id,
                  seal_position, ordinal)
    ), entitled AS MATERIALIZED (
        SELECT g.programme_id, w.study_id, g.wave_id, g.evaluation_id,
               coalesce(v.participant_id, g.participant_id) AS participant_id, g.replaces, g.seal_id, g.received_at,
               g.seal_position, g.answered, g.applicable, g.invitation_id IS NULL AS proxy, g.body_hash, g.language,
               slots[g.last_slot - g.slot_count + 1 : g.last_slot] AS scores, g.texts, g.ordinal
        FROM given g
        CROSS JOIN LATERAL (
            SELECT w.study_id, w.opens_at, w.closes_at, w.closed_at, w.is_anonymous FROM debrief.wave w
            WHERE w.programme_id = g.programme_id AND w.wave_id = g.wave_id OFFSET 0) w
        LEFT JOIN LATERAL (
            SELECT v.participant_id FROM debrief.invitation v
            WHERE v.programme_id = g.programme_id AND v.invitation_id = g.invitation_id AND v.wave_id = g.wave_id
              AND v.generation = g.generation AND v.revoked_at IS NULL OFFSET 0) v ON true
        WHERE w.opens_at <= now() AND NOT w.is_anonymous -- see logic.anonymous_submit
          AND (g.late OR (w.closed_at IS NULL AND coalesce(w.closes_at > now(), true)))
          AND (v.participant_id IS NOT NULL
               OR (g.invitation_id IS NULL AND EXISTS (
                   SELECT FROM debrief.delegate d
                   WHERE d.programme_id = g.programme_id AND d.study_id = w.study_id
                     AND d.participant_id = g.participant_id AND d.valid_until = 'infinity')))
    ), inserted AS (
        INSERT INTO debrief.evaluation (programme_id, evaluation_id, wave_id, participant_id, replaces, seal_id,
                                        received_at, seal_position, answered, applicable, proxy, body_hash, language,
                                        scores, texts)
        SELECT e.programme_id, e.evaluation_id, e.wave_id, e.participant_id, e.replaces, e.seal_id, e.received_at,
               e.seal_position, e.answered, e.applicable, e.proxy, e.body_hash, e.language, e.scores, e.texts
        FROM entitled e
        WHERE e.replaces IS NULL
           OR EXISTS (SELECT FROM debrief.evaluation p
                      WHERE p.programme_id = e.programme_id AND p.evaluation_id = e.replaces
                        AND p.wave_id = e.wave_id AND p.participant_id = e.participant_id)
        ORDER BY e.ordinal -- of two that exclude each other, the one that came first is stored
        ON CONFLICT DO NOTHING
        RETURNING evaluation.seal_id, evaluation.seal_position
    ), added AS MATERIALIZED (
        SELECT e.programme_id, e.study_id, e.evaluation_id, e.seal_id, e.ordinal
        FROM inserted i JOIN entitled e ON e.seal_id = i.seal_id AND e.seal_position = i.seal_position
    ), queued AS (
        INSERT INTO debrief.pending (programme_id, study_id, evaluation_id)
        SELECT a.programme_id, a.study_id, a.evaluation_id FROM added a
    ), sealed AS (
        INSERT INTO debrief.seal (programme_id, seal_id, key_id, leaves, signature)
        SELECT s.programme_id, s.seal_id, seal_key, s.leaves, s.signature
        FROM unnest(seal_programmes, seal_ids, seal_leaves, seal_signatures)
            AS s (programme_id, seal_id, leaves, signature)
        WHERE s.seal_id IN (SELECT a.seal_id FROM added a)
    )
    SELECT coalesce(array_agg(a.ordinal), '{}') INTO fresh FROM added a;

    RETURN QUERY SELECT n::integer, 'new', NULL::text, NULL::text, NULL::smallint, NULL::bytea, NULL::bytea
        FROM unnest(fresh) n;
    IF cardinality(fresh) = cardinality(evaluations) THEN
        RETURN;
    END IF;

    -- A statement of its own, so that it sees what a concurrent segment committed while the insert waited for it.
    RETURN QUERY
    SELECT g.ordinal::integer,
           CASE
               WHEN e.body_hash = g.body_hash AND e.wave_id = g.wave_id
                    AND e.participant_id = coalesce(v.participant_id, g.participant_id) THEN 'replay'
               WHEN e.evaluation_id IS NOT NULL THEN 'conflict'
               WHEN w.wave_id IS NULL THEN 'no_wave'
               WHEN NOT g.late AND (w.closed_at IS NOT NULL OR w.closes_at <= now()) THEN 'closed'
               WHEN w.opens_at > now() THEN 'not_open' -- late is after closing, never before opening
               WHEN g.invitation_id IS NOT NULL
                    AND (v.invitation_id IS NULL OR v.generation <> g.generation OR v.revoked_at IS NOT NULL)
                   THEN 'revoked'
               WHEN w.is_anonymous OR g.invitation_id IS NULL AND NOT EXISTS (
                   SELECT FROM debrief.delegate d
                   WHERE d.programme_id = g.programme_id AND d.study_id = w.study_id
                     AND d.participant_id = g.participant_id AND d.valid_until = 'infinity')
                   THEN 'no_participant'
               ELSE 'stale'
           END,
           logic.utc(e.received_at), s.key_id, e.seal_position, s.leaves, s.signature
    FROM unnest(programmes, waves, evaluations, invitations, generations, participants, hashes, late) WITH ORDINALITY
        AS g (programme_id, wave_id, evaluation_id, invitation_id, generation, participant_id, body_hash, late, ordinal)
    LEFT JOIN debrief.wave w ON w.programme_id = g.programme_id AND w.wave_id = g.wave_id
    LEFT JOIN debrief.invitation v ON v.programme_id = g.programme_id AND v.invitation_id = g.invitation_id
        AND v.wave_id = g.wave_id
    LEFT JOIN debrief.evaluation e ON e.programme_id = g.programme_id AND e.evaluation_id = g.evaluation_id
    LEFT JOIN debrief.seal s ON s.programme_id = e.programme_id AND s.seal_id = e.seal_id
    WHERE g.ordinal <> ALL (fresh);
END
$$;

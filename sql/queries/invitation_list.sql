-- $1 programme, $2 wave, $3 after (invitation or null), $4 limit: none of an anonymous wave, whose invitations are nobody's
-- invitation_id, participant_id, generation, is_revoked, is_answered
SELECT v.invitation_id, v.participant_id, v.generation, v.revoked_at IS NOT NULL AS is_revoked,
       EXISTS (SELECT FROM debrief.evaluation e WHERE e.programme_id = v.programme_id AND e.wave_id = v.wave_id
               AND e.participant_id = v.participant_id AND e.replaces IS NULL) AS is_answered
FROM debrief.invitation v
WHERE v.programme_id = $1::uuid AND v.wave_id = $2::uuid AND v.participant_id IS NOT NULL AND ($3::uuid IS NULL OR v.invitation_id > $3::uuid)
ORDER BY v.invitation_id LIMIT $4::integer

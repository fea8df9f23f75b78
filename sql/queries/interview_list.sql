-- $1 programme, $2 after (interview or null), $3 limit
SELECT 200 AS status, json_build_object('interviews', coalesce(json_agg(json_build_object('interview', i.interview,
        'person', i.person_id, 'sector', i.sector, 'sequence', i.sequence, 'is_organiser', i.is_organiser,
        'trips', ARRAY(SELECT t.study_id FROM debrief.interview_trip t WHERE t.programme_id = i.programme_id
                       AND t.interview = i.interview AND t.withdrawn_at IS NULL ORDER BY t.study_id))
        ORDER BY i.interview COLLATE "C"), '[]'),
    'next', CASE WHEN count(*) = $3::integer THEN max(i.interview COLLATE "C") END)::text AS body
FROM (SELECT i.* FROM debrief.interview i
      WHERE i.programme_id = $1::uuid AND ($2::text IS NULL OR i.interview COLLATE "C" > $2::text)
      ORDER BY i.interview COLLATE "C" LIMIT $3::integer) i

-- $1 programme, $2 study (nil: the programme's own), $3 an atom's least answers, $4 least answers of a distribution, $5
-- actor, or null when what coding moved is not to be said; saying it is audited
SELECT 200 AS status, logic.release_explain(s.programme_id, s.study_id, $3::integer, $4::integer, $5::uuid IS NOT NULL)::text
           AS body,
       CASE WHEN $5::uuid IS NOT NULL THEN logic.audit_append(s.programme_id, $5::uuid, 'release.explained',
                                                              jsonb_build_object('study', s.study_id)) END
FROM (SELECT $1::uuid AS programme_id, $2::uuid AS study_id) s WHERE logic.is_released_of(s.programme_id, s.study_id)

-- $1 programme: delegates of the studies with a closed wave, how many persons they are, and how many of these came twice
-- participations, persons, repeaters
SELECT coalesce(sum(p.trips), 0)::bigint AS participations, count(*) AS persons, count(*) FILTER (WHERE p.trips > 1) AS repeaters
FROM (SELECT d.person_id, count(*) AS trips FROM debrief.delegate d
      WHERE d.programme_id = $1::uuid AND d.valid_until = 'infinity' AND d.travelled AND NOT d.is_staff
        AND EXISTS (SELECT FROM debrief.wave w WHERE w.programme_id = d.programme_id AND w.study_id = d.study_id
                    AND w.closed_at IS NOT NULL)
      GROUP BY d.person_id) p

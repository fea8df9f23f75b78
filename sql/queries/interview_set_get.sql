-- $1 programme: its interview set, or the defaults before the first import
SELECT 200 AS status, coalesce((SELECT logic.interview_set_json(s) FROM debrief.interview_set s
                                WHERE s.programme_id = $1::uuid),
                               json_build_object('adjudicator', 'A', 'changed_at', NULL, 'closed_at', NULL))::text AS body

-- Whether there is a schema of debriefd.
SELECT to_regclass('debrief.programme') IS NOT NULL AS holds_data

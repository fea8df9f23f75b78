SELECT count(*) AS keys FROM debrief.api_key k
WHERE k.programme_id = '00000000-0000-0000-0000-000000000000' AND k.revoked_at IS NULL

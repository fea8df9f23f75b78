-- Wakes the workers; the table is the truth.
SELECT pg_notify('debriefd_pending', '')

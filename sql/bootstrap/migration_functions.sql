-- $1 checksum of the functions as a whole.
update debrief.migration set checksum = $1::text, applied_at = clock_timestamp() where version = 0

-- $1 version, $2 name, $3 checksum.
insert into debrief.migration (version, name, checksum)
values ($1::integer, $2::text, $3::text)

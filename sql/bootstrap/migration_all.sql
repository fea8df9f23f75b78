-- version integer, name text, checksum text; in order, row 0 first.
select version, name, checksum from debrief.migration order by version

-- One row, exists boolean: whether this database has ever been migrated.
select to_regclass('debrief.migration') is not null as exists

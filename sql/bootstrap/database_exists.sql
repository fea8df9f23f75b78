-- $1 database name. One row, exists boolean.
select exists (select from pg_catalog.pg_database where datname = $1::text) as exists

-- The record of migrations, and its guard: row 0, which also carries the functions' checksum. Run
-- in one transaction; two at once can collide in the catalog, and then the later one tries again.
create schema if not exists debrief;
create table if not exists debrief.migration (
    version integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
);
insert into debrief.migration (version, name, checksum)
values (0, 'functions', '')
on conflict (version) do nothing;

-- The next time after `after` at which the clock on the wall of `zone` shows `at`. A time that a change to
-- daylight saving skips comes as much later as the clock jumps; one that repeats comes once.
CREATE FUNCTION logic.next_local(at time, zone text, after timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT min(t) FROM (SELECT ((after AT TIME ZONE zone)::date + day + at) AT TIME ZONE zone AS t
                        FROM generate_series(0, 2) day) candidates
    WHERE t > after
$$;

-- Takes the lease when nobody holds it. Every taking has a new epoch, and null says that another one holds it.
-- A run locks its lease until it commits: such a one is passed over and not waited for, so that other studies go on.
-- A holder that lost its connection takes its own lease again, under a new epoch.
CREATE FUNCTION logic.lease_take(programme uuid, named text, taker uuid, seconds integer) RETURNS bigint
LANGUAGE sql AS $$
    WITH made AS (
        INSERT INTO debrief.lease AS l (programme_id, name, holder, epoch, until)
        VALUES (programme, named, taker, 1, clock_timestamp() + make_interval(secs => seconds))
        ON CONFLICT (programme_id, name) DO NOTHING
        RETURNING l.epoch
    ), free AS MATERIALIZED (
        SELECT FROM debrief.lease l
        WHERE l.programme_id = programme AND l.name = named
          AND (l.until < clock_timestamp() OR l.holder = taker)
        FOR UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE debrief.lease l
        SET holder = taker, epoch = l.epoch + 1, until = clock_timestamp() + make_interval(secs => seconds)
        WHERE l.programme_id = programme AND l.name = named AND EXISTS (SELECT FROM free)
        RETURNING l.epoch
    )
    SELECT m.epoch FROM made m UNION ALL SELECT t.epoch FROM taken t
$$;

CREATE FUNCTION logic.lease_drop(programme uuid, named text, taker uuid, held bigint) RETURNS void
LANGUAGE sql AS $$
    UPDATE debrief.lease l SET until = '-infinity'
    WHERE l.programme_id = programme AND l.name = named AND l.holder = taker AND l.epoch = held
$$;

-- True while this epoch is the newest; locks the lease, so that it stays true until the transaction ends.
CREATE FUNCTION logic.lease_held(programme uuid, named text, taker uuid, held bigint) RETURNS boolean
LANGUAGE sql AS $$
    SELECT coalesce((SELECT true FROM debrief.lease l
                     WHERE l.programme_id = programme AND l.name = named AND l.holder = taker AND l.epoch = held
                     FOR UPDATE), false)
$$;

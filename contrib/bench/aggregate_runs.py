"""What the benchmarks of jobs share: the records that the work process keeps of its runs."""

import sys
import time


def runs(daemon, since):
    """Count, failures, elapsed and median milliseconds of the runs since then."""
    line = daemon.sql("""
        SELECT count(*), count(*) FILTER (WHERE outcome <> 'succeeded'),
               coalesce(extract(epoch FROM max(finished_at) - min(started_at)) * 1000, 0),
               coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at)), 0)
                   * 1000,
               coalesce(extract(epoch FROM max(finished_at - started_at)) * 1000, 0)
        FROM debrief.job_run WHERE started_at >= :'since'""", since=since)
    return [float(field) for field in line.split("|")]


def wait(daemon, since, wanted, limit):
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        found = runs(daemon, since)
        if found[0] >= wanted:
            if found[1] > 0:
                sys.exit(f"{found[1]:.0f} runs failed: " + daemon.sql("SELECT max(last_error) FROM debrief.job"))
            return found
        time.sleep(0.2)
    sys.exit(f"only {found[0]:.0f} of {wanted} refreshed in {limit} s")


def now(daemon):
    return daemon.sql("SELECT clock_timestamp()")


def rebuild(daemon, condition, wanted, limit):
    since = now(daemon)
    daemon.sql(f"""
        INSERT INTO debrief.stale (programme_id, study_id) SELECT programme_id, study_id FROM debrief.study
        WHERE {condition};
        SELECT pg_notify('debriefd_pending', '')""")
    return wait(daemon, since, wanted, limit)

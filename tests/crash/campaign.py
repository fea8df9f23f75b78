#!/usr/bin/env python3
"""The crash campaign: submitters with a ledger of their own, while what serves them is killed at random moments.

The short form (ctest, label crash):
    tests/crash/campaign.py build/debriefd --kills 40 --seconds 60
The long form, one command, about three hours on two cores:
    tests/crash/campaign.py build/debriefd --long --kills 400 --seconds 9000 --participants 4000

It fails when anything acknowledged is lost, doubled or altered, when an evaluation exists that no submitter
intended, when a receipt does not verify offline, when facts differ from the ledger or from a recomputation,
or when serving takes longer than --bound seconds to resume after PostgreSQL is back.
"""
import argparse
import collections
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import audit
import client
import daemon
import ledger
import submitter

SUBMITTERS = 16


class Pinger(threading.Thread):
    """Notes when PostgreSQL does not take connections, or a process is paused on purpose."""

    def __init__(self, debriefd):
        super().__init__(daemon=True)
        self.debriefd, self.away, self.stopping = debriefd, [], False

    def run(self):
        since = None
        while not self.stopping:
            before = time.monotonic()
            if self.debriefd.database_accepts():
                if since is not None:
                    self.away.append((since, time.monotonic()))
                since = None
            elif since is None:
                since = before - 0.05
            time.sleep(0.02)


def longest_outage(gaps, excused):
    """The longest time without an acknowledgement, less the part that PostgreSQL was away or paused."""
    def net(gap):
        overlap, reached = 0.0, gap[0]
        for start, stop in sorted(excused):
            start, stop = max(start, reached), min(stop, gap[1])
            if stop > start:
                overlap, reached = overlap + stop - start, stop
        return gap[1] - gap[0] - overlap
    return max((net(gap) for gap in gaps), default=0.0)


class Faults:
    """The ways to hurt. Each returns whether there was something to hurt."""

    def __init__(self, debriefd, rng):
        self.debriefd, self.rng, self.paused = debriefd, rng, []

    def _signal(self, pid, number):
        if pid is not None:
            daemon.end(pid, number)
        return pid is not None

    def serve(self):
        return self._signal(self.debriefd.child("serve"), signal.SIGKILL)

    def work(self):
        return self._signal(self.debriefd.child("work"), signal.SIGKILL)

    def backend(self):
        pids = self.debriefd.backends()
        return bool(pids) and self._signal(self.rng.choice(pids), signal.SIGKILL)

    def postmaster(self):
        return self._signal(self.debriefd.postmaster(), signal.SIGKILL)

    def pause(self):
        choices = [self.debriefd.child("serve"), self.debriefd.child("work"), self.debriefd.postmaster(),
                   *self.debriefd.backends()]
        pid, start = self.rng.choice(choices), time.monotonic()
        if not self._signal(pid, signal.SIGSTOP):
            return False
        time.sleep(self.rng.uniform(0.2, 3))
        daemon.end(pid, signal.SIGCONT)
        self.paused.append((start, time.monotonic()))
        return True

    def restart(self):
        """Behind the supervisor's back, as an operator might."""
        directory = self.debriefd.data_directory
        arguments = [daemon.postgres_program("pg_ctl"), "-D", directory, "-m", "immediate", "-w", "-t", "60", "-o",
                     f"-c config_file={os.path.dirname(directory)}/postgresql.conf", "-l", "/dev/null", "restart"]
        subprocess.run(arguments, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       **self.debriefd._options())
        return True


SHORT = {"serve": 12, "work": 8, "backend": 10, "postmaster": 10}
SLOW = """CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.03); RETURN NULL; END $$;
          CREATE TRIGGER slow AFTER INSERT ON debrief.evaluation EXECUTE FUNCTION public.slow()"""
LONG = {"serve": 200, "work": 50, "backend": 50, "postmaster": 100, "pause": 20, "restart": 20}


def plan(kinds, count, rng):
    """`count` faults in the kinds' proportions, each at least once, in random order."""
    total = sum(kinds.values())
    chosen = [kind for kind, share in kinds.items() for _ in range(max(1, round(count * share / total)))]
    while len(chosen) < count:
        chosen.append(rng.choice(list(kinds)))
    rng.shuffle(chosen)
    return chosen


def hurt(faults, planned, traffic, seconds, rng):
    """Carries out the plan within the time, most faults after the traffic has resumed, some before."""
    done = collections.Counter()
    each = seconds / len(planned)
    for kind in planned:
        acked, start = traffic.acked, time.monotonic()
        patient = rng.random() < 0.8
        while time.monotonic() - start < 60 and patient and traffic.acked < acked + 20:
            time.sleep(0.01)
        time.sleep(rng.uniform(0.02, 1.2 * each))
        if daemon.wait_for(f"something to hurt: {kind}", getattr(faults, kind), 60):
            done[kind] += 1
    return done


def set_up(debriefd, participants):
    debriefd.start_run()
    programme = client.Programme(debriefd)
    return programme, [programme.add_study(participants // 2) for _ in range(2)]


def campaign(options, debriefd):
    rng = client.seeded(options.seed)
    programme, studies = set_up(debriefd, options.participants)
    if options.slow:
        debriefd.sql(SLOW)
    if options.sabotage:
        debriefd.sql(options.sabotage)
    seats = [seat for _, _, seats in studies for seat in seats]
    traffic, pinger, faults = submitter.Traffic(), Pinger(debriefd), Faults(debriefd, rng)
    books = os.path.join(debriefd.root, "ledgers")
    os.mkdir(books)
    submitters = [
        submitter.Submitter(traffic, debriefd.port, ledger.Ledger(books, f"{i:02}"), seats[i::SUBMITTERS],
                            client.seeded(f"{options.seed}/{i}"), options.long) for i in range(SUBMITTERS)]
    pinger.start()
    for thread in submitters:
        thread.start()
    kinds = LONG if options.long else SHORT
    done = hurt(faults, plan(kinds, options.kills, rng), traffic, options.seconds, rng)
    traffic.stopping.set()
    for thread in submitters:
        thread.join()
    pinger.stopping = True
    pinger.join()
    client.wait_until_ready(debriefd.port)
    if options.keep:
        shutil.copytree(books, options.keep, dirs_exist_ok=True)
    found = audit.Audit(debriefd, programme, books)
    if options.expect is None:
        for study, wave, seats in studies:
            found.check_study(study, seats)
    found.wrong += traffic.wrong
    return report(options, found, traffic, done, longest_outage(traffic.gaps, pinger.away + faults.paused))


def report(options, found, traffic, done, outage):
    faults = found.faults()
    for name, items in faults.items():
        for item in items[:5]:
            print(f"{name}: {item}")
    kills = " ".join(f"{kind}={count}" for kind, count in sorted(done.items()))
    print(f"seed={options.seed} faults={sum(done.values())} ({kills}) resets={traffic.resets} "
          f"acked={len(found.acked)} replays={traffic.replays} contradictions={traffic.contradictions} "
          f"retries={traffic.retries} receipts={found.receipts} "
          + " ".join(f"{name}={len(items)}" for name, items in faults.items())
          + f" longest_outage_s={outage:.2f} (bound {options.bound:g})", flush=True)
    if options.expect is not None:
        return 0 if faults[options.expect] else 1
    return 0 if not any(faults.values()) and outage <= options.bound and found.acked else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--kills", type=int, default=40, help="faults to inject")
    parser.add_argument("--seconds", type=float, default=60, help="to spread them over, recovery not counted")
    parser.add_argument("--participants", type=int, default=400)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"))
    parser.add_argument("--bound", type=float, default=10, help="seconds until it serves again")
    parser.add_argument("--long", action="store_true", help="pauses, restarts and connection resets as well")
    parser.add_argument("--keep", help="copy the ledgers here")
    parser.add_argument("--slow", action="store_true", help="commits that take a while: each fault finds some under way")
    parser.add_argument("--sabotage", help="SQL to run after the set-up, for a negative control")
    parser.add_argument("--expect", choices=("lost", "doubled"), help="a negative control: succeed when it is found")
    options = parser.parse_args()
    with daemon.Daemon(options.binary) as debriefd:
        return campaign(options, debriefd)


if __name__ == "__main__":
    sys.exit(main())

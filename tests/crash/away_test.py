#!/usr/bin/env python3
"""The database away or full: a quick 503, /healthz 200, /readyz 503, and recovery without a restart."""
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
import uuid

import audit
import client
import daemon
import ledger
import submitter

REFUSAL_SECONDS = 10  # a wait that ends by itself, also on a busy machine


class Away(unittest.TestCase):
    def start(self, **settings):
        debriefd = daemon.Daemon(binary, **settings)
        self.addCleanup(debriefd.__exit__, None, None, None)
        debriefd.start_run()
        programme = client.Programme(debriefd)
        study, wave, seats = programme.add_study(40)
        self.rng = client.seeded("away")
        return debriefd, programme, study, wave, seats

    def body(self):
        return client.make_body(client.make_answers(self.rng))

    def check_refusals(self, debriefd, seats, what, bound=REFUSAL_SECONDS):
        """Sixteen submissions at once and again: each is refused quickly, and says when to come back."""
        slowest = [0.0]

        def submit(seat):
            own = client.Client(debriefd.port, timeout=30)
            for _ in range(2):
                start = time.monotonic()
                status, content = own.submit(seat, uuid.uuid4(), self.body())
                slowest[0] = max(slowest[0], time.monotonic() - start)
                faults.append((status, own.headers.get("Content-Type"), "Retry-After" in own.headers, content[:9]))
            own.close()
        faults = []
        threads = [threading.Thread(target=submit, args=(seat,)) for seat in seats[:16]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(set(faults), {(503, "application/problem+json", True, b'{"type":"')})
        self.assertEqual(len(faults), 32)
        self.assertLess(slowest[0], bound)
        own = client.Client(debriefd.port)
        self.assertEqual(own.call("GET", "/healthz")[0], 200)
        self.assertEqual(own.call("GET", "/readyz")[0], 503)
        own.close()
        print(f"{what}: the slowest of {len(faults)} refusals took {slowest[0]:.3f} s", flush=True)

    def check_recovery(self, debriefd, seat, serve, what):
        start = time.monotonic()
        own = client.Client(debriefd.port)
        evaluation, body = uuid.uuid4(), self.body()
        status, _ = client.retry(lambda: own.submit(seat, evaluation, body))
        self.assertIn(status, (200, 201))
        client.wait_until_ready(debriefd.port)
        own.close()
        self.assertEqual(debriefd.child("serve"), serve, "serve was restarted")
        print(f"{what}: serving again after {time.monotonic() - start:.2f} s", flush=True)

    def test_paused_cluster(self):
        """Everything of PostgreSQL is stopped, so that silence is all there is: what is in flight waits for the
        statement's time-out and the channel's margin of 2 s."""
        debriefd, _, _, _, seats = self.start(statement_timeout="1s")
        serve, postmaster = debriefd.child("serve"), debriefd.postmaster()
        stopped = [postmaster, *daemon.children(postmaster)]
        for pid in stopped:
            daemon.end(pid, signal.SIGSTOP)
        try:
            self.check_refusals(debriefd, seats, "paused cluster", 6)
        finally:
            for pid in reversed(stopped):
                daemon.end(pid, signal.SIGCONT)
        self.check_recovery(debriefd, seats[20], serve, "paused cluster")

    def test_paused_postmaster(self):
        """Backends go on while the postmaster is stopped: what has a connection is served."""
        debriefd, _, _, _, seats = self.start()
        postmaster = debriefd.postmaster()
        daemon.end(postmaster, signal.SIGSTOP)
        try:
            own = client.Client(debriefd.port)
            self.assertEqual(own.submit(seats[0], uuid.uuid4(), self.body())[0], 201)
            own.close()
        finally:
            daemon.end(postmaster, signal.SIGCONT)

    def test_killed_postmaster(self):
        """With the supervisor paused, nobody brings it back."""
        debriefd, _, _, _, seats = self.start()
        serve, supervisor = debriefd.child("serve"), debriefd.supervisor.pid
        daemon.end(supervisor, signal.SIGSTOP)
        try:
            daemon.end(debriefd.postmaster())
            daemon.wait_for("it is gone", lambda: not debriefd.database_accepts())
            self.check_refusals(debriefd, seats, "killed postmaster")
        finally:
            daemon.end(supervisor, signal.SIGCONT)
        self.check_recovery(debriefd, seats[20], serve, "killed postmaster")

    def test_locked(self):
        """Somebody else's lock on the table: a bounded wait, then 503."""
        debriefd, _, _, _, seats = self.start(statement_timeout="1s")
        serve = debriefd.child("serve")
        with debriefd.locked("debrief.evaluation"):
            own = client.Client(debriefd.port)
            start = time.monotonic()
            status, _ = own.submit(seats[0], uuid.uuid4(), self.body())
            self.assertEqual(status, 503)
            self.assertLess(time.monotonic() - start, REFUSAL_SECONDS)
            own.close()
        self.check_recovery(debriefd, seats[0], serve, "locked")

    def mount(self, megabytes):
        """A small file system of its own for the state directory."""
        root = daemon.scratch_directory()
        place = os.path.join(root, "small")
        os.mkdir(place)
        if os.geteuid() != 0 or subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "debriefd-crash", place],
                check=False, stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("cannot mount a small file system")
        self.addCleanup(subprocess.run, ["umount", "-l", place], check=False)
        os.chown(place, daemon.account().pw_uid, daemon.account().pw_gid)
        return place

    def test_full_disk(self):
        place = self.mount(400)
        debriefd, programme, study, wave, seats = self.start(root=place)
        serve = debriefd.child("serve")
        books, traffic = daemon.scratch_directory(), submitter.Traffic()
        threads = [submitter.Submitter(traffic, debriefd.port, ledger.Ledger(books, f"{i}"), seats[i::8],
                                       client.seeded(f"full/{i}")) for i in range(8)]
        ballast = os.path.join(place, "ballast")
        for thread in threads:
            thread.start()
        daemon.wait_for("traffic", lambda: traffic.acked > 300, 60)
        fill(ballast)
        daemon.wait_for("53100 or worse", lambda: traffic.retries > 30, 120)
        own = client.Client(debriefd.port)
        self.assertEqual(own.call("GET", "/healthz")[0], 200)
        own.close()
        os.unlink(ballast)
        freed, acked = time.monotonic(), traffic.acked
        daemon.wait_for("it resumes", lambda: traffic.acked > acked + 200, 60)
        resumed = time.monotonic() - freed
        traffic.stopping.set()
        for thread in threads:
            thread.join()
        found = audit.Audit(debriefd, programme, books)
        found.check_study(study, seats)
        self.assertEqual({name: faults for name, faults in found.faults().items() if faults}, {})
        self.assertEqual(traffic.wrong, [])
        self.assertEqual(debriefd.child("serve"), serve, "serve was restarted")
        print(f"full disk: {traffic.retries} refusals, {acked} acked before and {traffic.acked} in all, "
              f"200 more within {resumed:.2f} s of the space", flush=True)


def fill(path):
    with open(path, "wb") as file:
        while True:
            try:
                file.write(b"\0" * 65536)
                file.flush()
            except OSError:
                break


if __name__ == "__main__":
    binary = sys.argv.pop(1)
    unittest.main(verbosity=2)

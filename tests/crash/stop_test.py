#!/usr/bin/env python3
"""Stopping: SIGTERM under load, reloading, the supervisor's end and its murder."""
import os
import re
import signal
import sys
import time
import unittest
import uuid

import audit
import client
import daemon
import ledger
import submitter

DRAIN_SECONDS = 20


class Stop(unittest.TestCase):
    def start(self, **settings):
        self.debriefd = daemon.Daemon(binary, lease_duration="3s", **settings)
        self.addCleanup(self.debriefd.__exit__, None, None, None)
        self.debriefd.start_run()
        self.programme = client.Programme(self.debriefd)
        self.study, self.wave, self.seats = self.programme.add_study(160)

    def storm(self):
        self.books, self.traffic = os.path.join(self.debriefd.root, "ledgers"), submitter.Traffic()
        os.mkdir(self.books)
        threads = [submitter.Submitter(self.traffic, self.debriefd.port, ledger.Ledger(self.books, f"{i:02}"),
                                       self.seats[i::16], client.seeded(f"stop/{i}")) for i in range(16)]
        for thread in threads:
            thread.start()
        daemon.wait_for("a storm", lambda: self.traffic.acked > 300)
        return threads

    def check_storm(self, threads):
        self.traffic.stopping.set()
        for thread in threads:
            thread.join()
        client.wait_until_ready(self.debriefd.port)
        found = audit.Audit(self.debriefd, self.programme, self.books)
        found.check_study(self.study, self.seats)
        self.assertEqual({name: faults for name, faults in found.faults().items() if faults}, {})
        self.assertEqual(self.traffic.wrong, [])

    def test_serve_drains(self):
        """Each answer that began is complete, and the exit is within the deadline."""
        self.start(drain_deadline=f"{DRAIN_SECONDS}s")
        threads = self.storm()
        for _ in range(3):
            serve, acked = daemon.wait_for("serve", lambda: self.debriefd.child("serve")), self.traffic.acked
            daemon.wait_for("traffic", lambda: self.traffic.acked > acked + 100)
            start = time.monotonic()
            daemon.end(serve, signal.SIGTERM)
            daemon.wait_for("its exit", lambda: not daemon.is_alive(serve), DRAIN_SECONDS + 10)
            print(f"serve drained within {time.monotonic() - start:.2f} s", flush=True)
        self.check_storm(threads)
        self.assertEqual(self.traffic.cut, 0, "answers were cut in the middle")
        self.assertNotIn("drain_deadline_passed", self.debriefd.log())
        self.assertEqual(set(re.findall(r"child_ended role=run child=serve status=(\S+)", self.debriefd.log())), {"0"})

    def test_reload(self):
        self.start(log_level="info")
        serve = self.debriefd.child("serve")

        def noisy():
            before = len(self.debriefd.log())
            own = client.Client(self.debriefd.port)
            for seat in self.seats[:3]:
                own.submit(seat, uuid.uuid4(), client.make_body(client.make_answers(client.seeded("reload"))))
            own.close()
            return re.search(r"^<7>", self.debriefd.log()[before:], re.MULTILINE) is not None
        self.assertFalse(noisy())
        self.debriefd.write_config(log_level="debug")
        self.debriefd.supervisor.send_signal(signal.SIGHUP)
        daemon.wait_for("the reload", lambda: self.debriefd.log().count("event=reloaded") >= 2)
        self.assertEqual(self.debriefd.child("serve"), serve)
        postmaster = self.debriefd.postmaster()
        for pid in self.debriefd.backends("debriefd_serve"):
            daemon.end(pid, signal.SIGTERM)
        daemon.wait_for("debug lines", lambda: re.search(r"^<7>", self.debriefd.log(), re.MULTILINE), 20)
        self.assertEqual(self.debriefd.postmaster(), postmaster)

    def test_run_stops_everything(self):
        self.start()
        pids = [self.debriefd.postmaster(), self.debriefd.child("serve"), self.debriefd.child("work")]
        pids += self.debriefd.backends("")
        start = time.monotonic()
        self.assertEqual(self.debriefd.stop(), 0)
        print(f"run stopped within {time.monotonic() - start:.2f} s", flush=True)
        self.assertEqual([pid for pid in pids if daemon.is_alive(pid)], [])
        self.assertFalse(os.path.exists(os.path.join(self.debriefd.data_directory, "postmaster.pid")))

    def test_killed_supervisor(self):
        """Nothing outlives it for long, and a new one serves what the old one acknowledged."""
        self.start()
        threads = self.storm()
        pids = [self.debriefd.postmaster(), self.debriefd.child("serve"), self.debriefd.child("work")]
        start = time.monotonic()
        self.debriefd.supervisor.kill()
        self.debriefd.supervisor.wait()
        daemon.wait_for("its children's end", lambda: not any(map(daemon.is_alive, pids)), 60)
        print(f"a killed supervisor's children ended within {time.monotonic() - start:.2f} s", flush=True)
        self.debriefd.start_run()
        client.wait_until_ready(self.debriefd.port)
        self.check_storm(threads)

    def test_restart_beside_the_dying(self):
        """A new supervisor started at once, while the old one's children are on their way out."""
        self.start()
        threads = self.storm()
        for _ in range(3):
            self.debriefd.supervisor.kill()
            self.debriefd.supervisor.wait()
            self.debriefd.start_run()
            acked = self.traffic.acked
            daemon.wait_for("traffic", lambda: self.traffic.acked > acked + 100)
        self.check_storm(threads)


if __name__ == "__main__":
    binary = sys.argv.pop(1)
    unittest.main(verbosity=2)

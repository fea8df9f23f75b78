#!/usr/bin/env python3
"""Two serve and two work processes on one database behave as one."""
import contextlib
import os
import signal
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

PAIRS = 24
LEASE_SECONDS = 2


def at_once(*operations):
    """Runs them in threads that start together; their results, in order."""
    barrier, results = threading.Barrier(len(operations)), [None] * len(operations)

    def run(index):
        barrier.wait()
        results[index] = operations[index]()
    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(operations))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class Several(unittest.TestCase):
    def setUp(self):
        self.debriefd = self.enterContext_(daemon.Daemon(binary, reuse_port="yes", lease_duration=f"{LEASE_SECONDS}s"))
        self.debriefd.start_run()
        self.programme = client.Programme(self.debriefd)
        self.ports = (self.debriefd.port, daemon.free_port())
        self.debriefd.start_beside("serve", DEBRIEFD_LISTEN=f"127.0.0.1:{self.ports[1]}")
        self.debriefd.start_beside("serve")
        self.work = self.debriefd.start_beside("work")
        client.wait_until_ready(self.ports[1])
        self.rng = client.seeded(os.environ.get("SEED", "several"))

    def enterContext_(self, context):
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def insist(self, port, seat, evaluation, body):
        def attempt():
            own = client.Client(port)
            with contextlib.closing(own):
                return own.submit(seat, evaluation, body)
        return client.retry(attempt)

    def body(self, replaces=None):
        return client.make_body(client.make_answers(self.rng), replaces)

    def waiting(self, study):
        return int(self.debriefd.value(f"SELECT count(*) FROM debrief.pending WHERE study_id = '{study}'"))

    def check_runs(self):
        """Each epoch of a study's lease ran one job, and no two of a study's runs overlap."""
        runs = "(SELECT r.*, j.study_id FROM debrief.job_run r JOIN debrief.job j USING (programme_id, job_id))"
        twice = f"SELECT study_id, epoch FROM {runs} r GROUP BY 1, 2 HAVING count(*) > 1"
        self.assertEqual(self.debriefd.sql(twice), [])
        self.assertEqual(self.debriefd.sql(
            f"SELECT a.study_id, a.epoch, b.epoch FROM {runs} a JOIN {runs} b ON a.study_id = b.study_id "
            "AND a.epoch < b.epoch AND a.started_at < b.finished_at AND b.started_at < a.finished_at"), [])

    def test_storm_through_all(self):
        studies = [self.programme.add_study(64) for _ in range(2)]
        seats = [seat for _, _, group in studies for seat in group]
        books, traffic = os.path.join(self.debriefd.root, "ledgers"), submitter.Traffic()
        os.mkdir(books)
        threads = [submitter.Submitter(traffic, self.ports[i % 2], ledger.Ledger(books, f"{i:02}"), seats[i::16],
                                       client.seeded(f"storm/{i}")) for i in range(16)]
        for thread in threads:
            thread.start()
        holders = "SELECT count(DISTINCT holder) FROM debrief.job_run"
        daemon.wait_for("both workers at work", lambda: int(self.debriefd.value(holders)) >= 2, 90, 0.5)
        daemon.wait_for("a storm", lambda: traffic.acked > 2000, 90)
        traffic.stopping.set()
        for thread in threads:
            thread.join()
        found = audit.Audit(self.debriefd, self.programme, books)
        for study, wave, group in studies:
            found.check_study(study, group)
        self.assertEqual({name: faults for name, faults in found.faults().items() if faults}, {})
        self.assertEqual(traffic.wrong, [])
        self.check_runs()
        print(f"storm: acked={traffic.acked} replays={traffic.replays} retries={traffic.retries}", flush=True)

    def test_no_lost_wake_up(self):
        study, _, seats = self.programme.add_study(12)
        slowest = 0.0
        for index, seat in enumerate(seats):
            self.assertEqual(self.insist(self.ports[index % 2], seat, uuid.uuid4(), self.body())[0], 201)
            start = time.monotonic()
            daemon.wait_for("folded", lambda: self.waiting(study) == 0, 15)
            slowest = max(slowest, time.monotonic() - start)
        self.check_runs()
        print(f"slowest fold after a single submission: {slowest:.2f} s", flush=True)

    def test_same_submission_to_both(self):
        _, _, seats = self.programme.add_study(PAIRS)
        for seat in seats:
            evaluation, body = uuid.uuid4(), self.body()
            first, second = at_once(*(lambda port=port: self.insist(port, seat, evaluation, body)
                                      for port in self.ports))
            self.assertEqual(sorted((first[0], second[0])), [200, 201])
            self.assertEqual(first[1], second[1])

    def test_two_first_submissions_of_one_participant(self):
        _, _, seats = self.programme.add_study(PAIRS)
        for seat in seats:
            answers = at_once(*(lambda port=port: self.insist(port, seat, uuid.uuid4(), self.body())
                                for port in self.ports))
            self.assertEqual(sorted(status for status, _ in answers), [201, 412])

    def test_two_edits_of_one_evaluation(self):
        _, _, seats = self.programme.add_study(PAIRS)
        for seat in seats:
            first = str(uuid.uuid4())
            self.assertEqual(self.insist(self.ports[0], seat, first, self.body())[0], 201)
            answers = at_once(*(lambda port=port: self.insist(port, seat, uuid.uuid4(), self.body(first))
                                for port in self.ports))
            self.assertEqual(sorted(status for status, _ in answers), [201, 412])

    def test_crossed_batches_do_not_lock_each_other_out(self):
        """The same submissions through both, many at once and in opposite order."""
        _, _, seats = self.programme.add_study(PAIRS)
        given = [(seat, uuid.uuid4(), self.body()) for seat in seats]
        operations = [lambda port=port, one=one: self.insist(port, *one)
                      for port, order in zip(self.ports, (1, -1)) for one in given[::order]]
        answers = at_once(*operations)
        forward, backward = answers[:PAIRS], answers[PAIRS:][::-1]
        for one, other in zip(forward, backward):
            self.assertEqual(sorted((one[0], other[0])), [200, 201])
            self.assertEqual(one[1], other[1])

    def test_closing_in_a_storm(self):
        study, wave, seats = self.programme.add_study(1500)
        answers, lock = {}, threading.Lock()
        turns = iter(seats)

        def submit_some(port):
            own = client.Client(port)
            while True:
                with lock:
                    seat = None if 410 in answers.values() else next(turns, None)
                if seat is None:
                    own.close()
                    return
                evaluation = str(uuid.uuid4())
                body = self.body()
                answer = client.retry(lambda: own.submit(seat, evaluation, body))
                with lock:
                    answers[evaluation] = answer[0]

        def close():
            daemon.wait_for("some answers", lambda: len(answers) > 100)
            start = time.monotonic()
            status, _ = client.retry(lambda: self.programme.client.call("POST", f"/v1/waves/{wave}:close"))
            return status, time.monotonic() - start
        results = at_once(close, *(lambda port=port: submit_some(port) for port in self.ports for _ in range(6)))
        self.assertEqual(results[0][0], 200)
        self.assertEqual(set(answers.values()), {201, 410})
        of_wave = f"SELECT evaluation_id FROM debrief.evaluation WHERE wave_id = '{wave}'"
        stored = {row[0] for row in self.debriefd.sql(of_wave)}
        self.assertEqual(stored, {evaluation for evaluation, status in answers.items() if status == 201})
        late = (f"SELECT e.received_at, w.closed_at FROM debrief.evaluation e JOIN debrief.wave w "
                f"USING (programme_id, wave_id) WHERE w.wave_id = '{wave}' AND e.received_at > w.closed_at")
        self.assertEqual(self.debriefd.sql(late), [])
        rates = f"/v1/studies/{study}/response_rates"
        daemon.wait_for("each is counted", lambda: [
            rate["answered"] for rate in self.programme.client.document("GET", rates)["rates"]
            if rate["slice"] == "all"] == [len(stored)], 30, 0.2)
        print(f"closed in {results[0][1]:.3f} s with {len(stored)} stored of {len(answers)}", flush=True)

    def caught_in_a_run(self, study, seat):
        """Lets only the worker beside the supervisor's run, until it is in the middle of a job; returns its pid."""
        other = self.debriefd.child("work")
        daemon.end(other, signal.SIGSTOP)
        self.addCleanup(daemon.end, other, signal.SIGCONT)
        self.assertEqual(self.insist(self.ports[0], seat, uuid.uuid4(), self.body())[0], 201)
        blocked = ("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'debriefd work' "
                   "AND wait_event_type = 'Lock' AND query LIKE '%metric%'")
        daemon.wait_for("a run that waits", lambda: self.debriefd.value(blocked) == "1", 30, 0.1)
        return other

    def test_killed_holder(self):
        study, _, seats = self.programme.add_study(4)
        daemon.wait_for("rest", lambda: self.debriefd.value("SELECT count(*) FROM debrief.stale") == "0")
        with self.debriefd.locked("debrief.metric"):
            other = self.caught_in_a_run(study, seats[0])
            daemon.end(self.work.pid)
        daemon.end(other, signal.SIGCONT)
        start = time.monotonic()
        daemon.wait_for("somebody else takes over", lambda: self.waiting(study) == 0, 30)
        print(f"taken over after a kill within {time.monotonic() - start:.2f} s", flush=True)
        self.check_runs()
        self.assertEqual(self.programme.verify(study), "succeeded")

    def test_paused_holder(self):
        study, _, seats = self.programme.add_study(4)
        busy, _, others = self.programme.add_study(4)
        daemon.wait_for("rest", lambda: self.debriefd.value("SELECT count(*) FROM debrief.stale") == "0")
        runs = f"SELECT count(*) FROM debrief.job_run r JOIN debrief.job j USING (job_id) WHERE j.study_id = '{study}'"
        before = int(self.debriefd.value(runs))
        with self.debriefd.locked("debrief.metric"):
            other = self.caught_in_a_run(study, seats[0])
            daemon.end(self.work.pid, signal.SIGSTOP)
        epoch = f"SELECT epoch FROM debrief.lease WHERE name = 'study/{study}'"
        paused_epoch = int(self.debriefd.value(epoch))
        daemon.end(other, signal.SIGCONT)
        start = time.monotonic()
        self.assertEqual(self.insist(self.ports[0], others[0], uuid.uuid4(), self.body())[0], 201)
        daemon.wait_for("other studies go on", lambda: self.waiting(busy) == 0, 30)
        others_s = time.monotonic() - start
        daemon.wait_for("somebody else takes over", lambda: self.waiting(study) == 0, 30)
        print(f"a paused holder: others went on within {others_s:.2f} s, its own study was taken over within "
              f"{time.monotonic() - start:.2f} s", flush=True)
        taken = int(self.debriefd.value(epoch))
        self.assertGreater(taken, paused_epoch)
        daemon.end(self.work.pid, signal.SIGCONT)
        time.sleep(2 * LEASE_SECONDS)
        self.assertEqual(int(self.debriefd.value(runs)), before + 1)
        stale = f"SELECT count(*) FROM debrief.study_state WHERE study_id = '{study}' AND epoch <= {paused_epoch}"
        self.assertEqual(self.debriefd.value(stale), "0")
        self.check_runs()
        self.assertEqual(self.programme.verify(study), "succeeded")
        self.assertIsNone(self.work.poll())

    def test_fencing(self):
        """The lease's own rules, by its functions: one holder, epochs that grow, an old epoch that is refused."""
        one, two = uuid.uuid4(), uuid.uuid4()
        lease = f"'{self.programme.id}', 'test'"
        take = "SELECT coalesce(logic.lease_take({}, '{}', {}), 0)"
        self.assertEqual(self.debriefd.value(take.format(lease, one, 1)), "1")
        self.assertEqual(self.debriefd.value(take.format(lease, two, 1)), "0")
        self.assertEqual(self.debriefd.value(take.format(lease, one, 1)), "2")
        daemon.wait_for("expiry", lambda: self.debriefd.value(take.format(lease, two, 60)) == "3", 20, 0.2)
        held = "SELECT logic.lease_held({}, '{}', {})"
        self.assertEqual(self.debriefd.value(held.format(lease, one, 2)), "f")
        self.assertEqual(self.debriefd.value(held.format(lease, two, 3)), "t")
        self.debriefd.sql(f"SELECT logic.lease_drop({lease}, '{one}', 2)")
        self.assertEqual(self.debriefd.value(held.format(lease, two, 3)), "t")


if __name__ == "__main__":
    binary = sys.argv.pop(1)
    unittest.main(verbosity=2)

#!/usr/bin/env python3
"""Mail while its sender is killed: each mail at least once, and twice only what nobody can know.

The short form (ctest, label crash):
    tests/crash/mail_campaign.py build/debriefd --kills 6
The long form, about four minutes:
    tests/crash/mail_campaign.py build/debriefd --kills 50

The receiver's ledger says what was accepted, noted before the acceptance is answered. After each kill, when neither the
database nor the receiver has anything of the dead process left to do and before a new one starts, those mails are
written down that were accepted since the last kill and that the database has no mark of. In the end every mail must
have been accepted once, and once more for each time it was written down: a mail comes again because its mark is
missing, and for no other reason.
"""
import argparse
import collections
import contextlib
import os
import random
import signal
import sys
import time

import client
import daemon

from smtp_receiver import Receiver

MAILS_A_KILL = 12


class Campaign:
    def __init__(self, debriefd, receiver, rng):
        self.debriefd, self.receiver, self.rng = debriefd, receiver, rng
        self.unmarked = collections.Counter()  # by Message-ID: at how many kills
        self.seen = 0                          # of the ledger, at the last kill

    def invite(self, people):
        programme = client.Programme(self.debriefd)
        _, wave, _ = programme.add_study(people)
        answer = programme.client.document("POST", f"/v1/waves/{wave}/mails", {"kind": "invitation"})
        assert answer["queued"] == people, answer

    def ids(self, state):
        rows = self.debriefd.sql("SELECT mail_id || '.' || programme_id || '@example.org' FROM debrief.mail "
                                 f"WHERE state = '{state}'")
        return {row[0] for row in rows}

    @contextlib.contextmanager
    def no_new_process(self):
        """The supervisor is paused: a dead child stays dead."""
        supervisor = self.debriefd.supervisor.pid
        daemon.end(supervisor, signal.SIGSTOP)
        try:
            yield
        finally:
            daemon.end(supervisor, signal.SIGCONT)

    def kill(self):
        sender = daemon.wait_for("the sender", lambda: self.debriefd.child("send"))
        before = len(self.receiver.accepted)
        daemon.wait_for("a mail", lambda: len(self.receiver.accepted) > before, 60, 0.001)
        time.sleep(self.rng.random() * 0.15)
        with self.no_new_process():
            daemon.end(sender, signal.SIGKILL)
            daemon.wait_for("its end", lambda: not daemon.is_alive(sender))
            daemon.wait_for("its statements' end", lambda: not self.debriefd.backends("debriefd_send"))
            daemon.wait_for("its connection's end", lambda: self.receiver.active == 0)
            accepted = {mail.id for mail in self.receiver.accepted[self.seen:]}
            self.seen = len(self.receiver.accepted)
            self.unmarked.update(accepted - self.ids("sent"))

    def faults(self):
        count = collections.Counter(mail.id for mail in self.receiver.accepted)
        sent = self.ids("sent")
        return ([f"never accepted: {name}" for name in sorted(sent - set(count))]
                + [f"accepted and unknown: {name}" for name in sorted(set(count) - sent)]
                + [f"{name}: accepted {n} times, {self.unmarked[name]} times without a mark"
                   for name, n in sorted(count.items()) if n != 1 + self.unmarked[name]])


def run(options):
    rng = random.Random(options.seed)
    receiver = Receiver()
    # A third of the acceptances is answered at once; the others late enough for a kill to fall in between.
    receiver.pause = lambda: rng.choice((0, 0.01, 0.03))
    debriefd = daemon.Daemon(
        options.binary, public_url="https://answers.example.org", mail_smtp=f"smtp://localhost:{receiver.port}",
        mail_tls="never", mail_from="x@example.org", mail_timeout="1s", mail_rate=100000, mail_batch=8, work_poll="100ms")
    started = time.monotonic()
    with debriefd:
        debriefd.start_run()
        campaign = Campaign(debriefd, receiver, rng)
        people = 40 + options.kills * MAILS_A_KILL
        campaign.invite(people)
        for _ in range(options.kills):
            campaign.kill()
        daemon.wait_for("every mail", lambda: len(campaign.ids("sent")) == people, 120, 0.2)
        daemon.wait_for("silence", lambda: not campaign.ids("claimed") and not campaign.ids("queued"))
        faults = campaign.faults()
        twice = len(receiver.accepted) - people
        print(f"{options.kills} kills, {people} mails, {len(receiver.accepted)} accepted, {twice} of them again: "
              f"{sum(campaign.unmarked.values())} were accepted and unmarked at a kill; "
              f"{time.monotonic() - started:.0f} s, seed {options.seed}", flush=True)
        debriefd.stop()
    receiver.stop()
    print("\n".join(faults[:20]))
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())

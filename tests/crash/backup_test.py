#!/usr/bin/env python3
"""A backup made while submissions run, restored elsewhere: what was acknowledged before it is all there."""
import os
import sys
import unittest
import uuid

import client
import daemon
import ledger
import receipt
import submitter


class Backup(unittest.TestCase):
    def test_backup_and_restore(self):
        source = daemon.Daemon(binary, "source")
        self.addCleanup(source.__exit__, None, None, None)
        source.start_run()
        programme = client.Programme(source)
        _, _, seats = programme.add_study(160)
        keys = receipt.public_keys(programme.client)
        books, traffic = os.path.join(source.root, "ledgers"), submitter.Traffic()
        os.mkdir(books)
        threads = [submitter.Submitter(traffic, source.port, ledger.Ledger(books, f"{i:02}"), seats[i::16],
                                       client.seeded(f"backup/{i}")) for i in range(16)]
        for thread in threads:
            thread.start()
        daemon.wait_for("some traffic", lambda: traffic.acked > 500)
        before = {line["acked"]: line["receipt"] for line in ledger.read(books) if "acked" in line}
        kept = [entry for thread in threads for entry in list(thread.kept) if entry[1] in before]
        folder = source.command("backup").strip()
        during = traffic.acked - len(before)
        traffic.stopping.set()
        for thread in threads:
            thread.join()
        self.assertEqual(traffic.wrong, [])
        target = self.restore(source, folder)
        self.check_restored(target, programme, before, kept, keys)
        print(f"backup: {len(before)} acked before and {during} during it, all {len(before)} restored", flush=True)
        self.assertEqual(self.refusal(target, folder), 1)
        self.assertEqual(self.refusal(source, folder), 1)

    def restore(self, source, folder):
        target = daemon.Daemon(binary, "target", source.root)
        self.addCleanup(target.__exit__, None, None, None)
        target.command("restore", folder)
        target.start_run()
        client.wait_until_ready(target.port)
        return target

    def check_restored(self, target, programme, before, kept, keys):
        stored = {row[0] for row in target.sql("SELECT evaluation_id FROM debrief.evaluation")}
        self.assertEqual(set(before) - stored, set())
        own = client.Client(target.port, programme.organiser)
        self.assertEqual(receipt.public_keys(own), keys)
        for evaluation, text in before.items():
            self.assertIsNone(receipt.fault(text, keys, evaluation=evaluation))
        for seat, evaluation, body, stored_receipt in kept:
            self.assertEqual(own.submit(seat, evaluation, body), (200, stored_receipt))
        seat, known, _, _ = kept[0]
        answers = client.make_answers(client.seeded("restored"))
        status, _ = own.submit(seat, uuid.uuid4(), client.make_body(answers, self.current(target, known)))
        self.assertEqual(status, 201)
        own.close()

    def current(self, target, known):
        """The newest of the known evaluation's chain, as the restored daemon has it."""
        return target.value(
            "SELECT e.evaluation_id FROM debrief.evaluation e JOIN debrief.evaluation k "
            f"ON k.participant_id = e.participant_id AND k.wave_id = e.wave_id WHERE k.evaluation_id = '{known}' "
            "AND NOT EXISTS (SELECT FROM debrief.evaluation s WHERE s.replaces = e.evaluation_id)")

    def refusal(self, target, folder):
        _, message, code = target.command("restore", folder, check=False)
        self.assertIn("the database holds data already", message)
        return code


if __name__ == "__main__":
    binary = sys.argv.pop(1)
    unittest.main(verbosity=2)

#!/usr/bin/env python3
"""A backup made while submissions run, restored elsewhere: what was acknowledged before it is all there."""
import os
import subprocess
import sys
import time
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

    def begin_backup(self, source, known):
        """A backup that waits for a table's lock, and the folder it writes."""
        process = subprocess.Popen([source.binary, "backup", "--config", source.config], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, **source._options())
        folder = daemon.wait_for("a new folder", lambda: self.folders(source) - known).pop()
        dumping = lambda: [pid for pid in daemon.children(process.pid) if "pg_dump" in daemon.command_line(pid)[0]]
        return process, folder, daemon.wait_for("the dump", dumping)[0]

    def folders(self, source):
        return set(os.listdir(os.path.join(source.state, "backups")))

    def test_what_a_killed_backup_leaves_is_removed(self):
        source = daemon.Daemon(binary)
        self.addCleanup(source.__exit__, None, None, None)
        source.start_run()
        client.wait_until_ready(source.port)
        os.mkdir(os.path.join(source.state, "backups"))
        other = {"debriefd-mine.partial.txt", "notes.partial"}
        for name in other:
            os.mkdir(os.path.join(source.state, "backups", name))
        os.chown(os.path.join(source.state, "backups"), source.user.pw_uid, source.user.pw_gid)
        with source.locked("debrief.seal", "ACCESS EXCLUSIVE"):
            killed, left, dump = self.begin_backup(source, other)
            daemon.end(killed.pid)
            daemon.end(dump)
            killed.communicate()
            self.assertEqual(self.folders(source) - other, {left})
            time.sleep(1.1)  # a folder is named by the second
            first, first_folder, _ = self.begin_backup(source, other | {left})
            self.assertEqual(self.folders(source) - other, {first_folder})
            time.sleep(1.1)
            second, second_folder, _ = self.begin_backup(source, other | {first_folder})
            self.assertEqual(self.folders(source) - other, {first_folder, second_folder})
        for process in (first, second):
            _, message = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, message)
        self.assertEqual(self.folders(source) - other,
                         {name.removesuffix(".partial") for name in (first_folder, second_folder)})
        self.assertLessEqual(other, self.folders(source))

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

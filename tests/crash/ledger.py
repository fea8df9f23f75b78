"""What the clients know: each intention is on disk before it is sent, each acknowledgement follows it.

One file a submitter, one JSON document a line. The audit reads nothing but these files and the database.
"""
import glob
import json
import os


class Ledger:
    def __init__(self, directory, name):
        self.fd = os.open(os.path.join(directory, f"{name}.ledger"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _write(self, document):
        os.write(self.fd, (json.dumps(document) + "\n").encode())

    def intend(self, evaluation, seat, body_hash, replaces, answers):
        self._write({"intend": evaluation, "wave": seat.wave, "token": seat.token, "sha256": body_hash,
                     "replaces": replaces, "answers": answers})
        os.fdatasync(self.fd)

    def acknowledge(self, evaluation, status, receipt):
        self._write({"acked": evaluation, "status": status, "receipt": receipt.decode()})

    def close(self):
        os.close(self.fd)


def read(directory):
    for path in sorted(glob.glob(os.path.join(directory, "*.ledger"))):
        with open(path, encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)

"""Compares what the clients wrote down with what the database holds."""
import collections
import json

import client
import daemon
import ledger
import receipt

STORED = """SELECT evaluation_id, wave_id, coalesce(replaces::text, ''), encode(body_hash, 'hex'), debrief_at
FROM (SELECT e.*, logic.utc(e.received_at) AS debrief_at FROM debrief.evaluation e WHERE programme_id = '{}') e"""
COUNTED = """SELECT m.metric, m.value::bigint FROM debrief.metric m
WHERE m.programme_id = '{}' AND m.study_id = '{}' AND m.wave = 'post' AND m.slice = 'all' AND m.item = '{}'
  AND (m.metric ~ '^dist[.]' OR m.metric IN ('nps.promoters', 'nps.passives', 'nps.detractors')) AND m.value <> 0"""


def metrics_of(item, value):
    """The counts that an answer is part of."""
    if item == "NPS":
        yield "nps.promoters" if value >= 9 else "nps.passives" if value >= 7 else "nps.detractors"
    yield f"dist.{value}"


class Audit:
    def __init__(self, debriefd, programme, directory):
        self.debriefd, self.programme = debriefd, programme
        self.intended, self.acked = {}, {}
        self.lost, self.doubled, self.altered, self.unexplained, self.wrong = [], [], [], [], []
        self.receipts = 0
        self._read_ledgers(directory)
        self._compare()

    def _read_ledgers(self, directory):
        keys = receipt.public_keys(self.programme.client)
        for line in ledger.read(directory):
            if "intend" in line:
                self.intended[line["intend"]] = line
                continue
            evaluation = line["acked"]
            intention = self.intended[evaluation]
            fault = receipt.fault(line["receipt"], keys, recorded=True, evaluation=evaluation,
                                  wave=intention["wave"], programme=self.programme.id,
                                  body_sha256=intention["sha256"])
            self.receipts += 1
            if fault is not None:
                self.altered.append(f"the receipt of {evaluation}: {fault}")
            if evaluation in self.acked:
                self.doubled.append(f"{evaluation} was acknowledged twice")
            self.acked[evaluation] = json.loads(line["receipt"])["received_at"]

    def _compare(self):
        seen, followed = set(), set()
        for evaluation, wave, replaces, body_hash, at in self.debriefd.sql(STORED.format(self.programme.id)):
            intention = self.intended.get(evaluation)
            if intention is None:
                self.unexplained.append(evaluation)
                continue
            followed_one = (wave, intention["token"], replaces)
            if evaluation in seen or followed_one in followed:
                self.doubled.append(evaluation)
            seen.add(evaluation)
            followed.add(followed_one)
            expected = (intention["wave"], intention["replaces"] or "", intention["sha256"],
                        self.acked.get(evaluation, at))
            if (wave, replaces, body_hash, at) != expected:
                self.altered.append(f"{evaluation}: {(wave, replaces, body_hash, at)}, not {expected}")
        self.lost = [evaluation for evaluation in self.acked if evaluation not in seen]

    def check_study(self, study, seats):
        """Everything is folded, a recomputation from scratch finds nothing, and both agree with the ledger."""
        daemon.wait_for("everything folded", lambda: self._waiting(study) == "0", 60, 0.2)
        outcome = self.programme.verify(study)
        if outcome != "succeeded":
            self.wrong.append(f"the verification of {study}: {outcome}")
        answered = [seat for seat in seats if seat.current is not None]
        for item in (*client.RATINGS, "NPS"):
            expected = collections.Counter(metric for seat in answered for metric in metrics_of(item, seat.answers[item]))
            rows = self.debriefd.sql(COUNTED.format(self.programme.id, study, item))
            counted = {metric: int(n) for metric, n in rows}
            if counted != dict(expected):
                self.wrong.append(f"{item} in {study}: {counted}, not {dict(expected)}")
        self._check_rate(study, len(answered))

    def _check_rate(self, study, answered):
        rates = self.programme.client.document("GET", f"/v1/studies/{study}/response_rates")["rates"]
        counts = [rate["answered"] for rate in rates if rate["slice"] == "all"]
        if counts != [answered]:
            self.wrong.append(f"response rates of {study} count {counts}, not {answered}")

    def _waiting(self, study):
        return self.debriefd.value(f"SELECT (SELECT count(*) FROM debrief.pending WHERE study_id = '{study}') + "
                                   f"(SELECT count(*) FROM debrief.stale WHERE study_id = '{study}')")

    def faults(self):
        return {name: getattr(self, name) for name in ("lost", "doubled", "altered", "unexplained", "wrong")}

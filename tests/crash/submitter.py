"""One submitter: new evaluations, edits, repetitions and contradictions, each repeated until it is answered."""
import contextlib
import threading
import time
import uuid

import client

PATIENCE = 120    # seconds for one submission, over all its repetitions
KEPT = 200        # acknowledged submissions to come back to
PAUSE = 0.05


class Traffic:
    """What all submitters share: when to stop, what went wrong, and when acknowledgements came."""

    def __init__(self):
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.last = time.monotonic()
        self.gaps = []
        self.acked = self.replays = self.contradictions = self.retries = self.resets = self.cut = 0
        self.wrong = []

    def acknowledged(self):
        with self.lock:
            now = time.monotonic()
            if now - self.last > 0.1:
                self.gaps.append((self.last, now))
            self.last = now
            self.acked += 1

    def count(self, name):
        with self.lock:
            setattr(self, name, getattr(self, name) + 1)

    def fault(self, text):
        with self.lock:
            self.wrong.append(text)


class Submitter(threading.Thread):
    def __init__(self, traffic, port, book, seats, rng, resets=False):
        super().__init__(daemon=True)
        self.traffic, self.book, self.seats, self.rng, self.resets = traffic, book, seats, rng, resets
        self.client = client.Client(port)
        self.kept = []

    def run(self):
        try:
            while not self.traffic.stopping.is_set():
                chance = self.rng.random()
                if chance < 0.08 and self.kept:
                    self.repeat(*self.rng.choice(self.kept))
                elif chance < 0.12 and self.kept:
                    self.contradict(*self.rng.choice(self.kept))
                else:
                    self.submit(self.rng.choice(self.seats))
        except AssertionError as fault:
            self.traffic.fault(str(fault))
        self.client.close()

    def insist(self, seat, evaluation, body):
        """The first answer other than 503."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                status, content = self.client.submit(seat, evaluation, body)
                if status != 503:
                    return status, content
            except client.Away as away:
                self.traffic.count("cut" if away.is_cut else "retries")
            assert time.monotonic() < deadline, f"{evaluation} was not answered within {PATIENCE} s"
            self.traffic.count("retries")
            time.sleep(PAUSE)

    def reset(self, seat, evaluation, body):
        with contextlib.suppress(client.Away):
            self.client.submit_and_reset(seat, evaluation, body, self.rng)
        self.traffic.count("resets")

    def submit(self, seat):
        evaluation, replaces = str(uuid.UUID(int=self.rng.getrandbits(128), version=4)), seat.current
        answers = client.make_answers(self.rng)
        body = client.make_body(answers, replaces)
        self.book.intend(evaluation, seat, client.sha256(body), replaces, answers)
        if self.resets and self.rng.random() < 0.1:
            self.reset(seat, evaluation, body)
        status, receipt = self.insist(seat, evaluation, body)
        if status not in (200, 201):
            self.traffic.fault(f"{evaluation} was answered {status} {receipt[:300]!r}")
            return
        self.book.acknowledge(evaluation, status, receipt)
        self.traffic.acknowledged()
        seat.current, seat.answers = evaluation, answers
        place = len(self.kept) if len(self.kept) < KEPT else self.rng.randrange(KEPT)
        self.kept[place:place + 1] = [(seat, evaluation, body, receipt)]

    def repeat(self, seat, evaluation, body, receipt):
        status, content = self.insist(seat, evaluation, body)
        if (status, content) != (200, receipt):
            self.traffic.fault(f"the repetition of {evaluation} was answered {status} {content[:300]!r}")
        self.traffic.count("replays")

    def contradict(self, seat, evaluation, body, _receipt):
        status, content = self.insist(seat, evaluation, body + b" ")
        if status != 409:
            self.traffic.fault(f"another body as {evaluation} was answered {status} {content[:300]!r}")
        self.traffic.count("contradictions")

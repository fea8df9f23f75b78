"""A client of the HTTP interface that keeps its connection, and a study to send evaluations to."""
import contextlib
import hashlib
import http.client
import json
import os
import random
import socket
import struct
import uuid

import daemon

INSTRUMENTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "contrib", "instruments")
SECTORS = ("politics", "business", "academia", "state")
RATINGS = ("OVERALL", "S_PREP1", "S_PREP2", "S_PROG1", "S_PROG2", "S_PROG3", "P1", "P2", "P3", "P4", "P5")


class Away(OSError):
    """No answer: nobody knows what became of the request. `is_cut`: it had begun."""

    def __init__(self, fault):
        super().__init__(str(fault))
        self.is_cut = (isinstance(fault, http.client.HTTPException)
                       and not isinstance(fault, http.client.RemoteDisconnected))


class Client:
    def __init__(self, port, key=None, timeout=15):
        self.port, self.key, self.timeout = port, key, timeout
        self.connection = None
        self.headers = {}

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def call(self, method, path, body=None, key=None, content_type="application/json"):
        """(status, body bytes); `headers` holds the last answer's."""
        headers = {"Authorization": f"Bearer {key or self.key}"} if key or self.key else {}
        if body is not None:
            headers["Content-Type"] = content_type
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            content = answer.read()
            self.headers = dict(answer.getheaders())
            if answer.getheader("Connection", "").lower() == "close":
                self.close()
            return answer.status, content
        except (OSError, http.client.HTTPException) as fault:
            self.close()
            raise Away(fault) from fault

    def document(self, method, path, body=None, **rest):
        """The JSON of an answer that has to be a success. Reading is repeated: a kept connection may have expired."""
        try:
            status, content = self.call(method, path, body, **rest)
        except Away:
            if method != "GET":
                raise
            status, content = self.call(method, path, body, **rest)
        assert status < 300, (method, path, status, content)
        return json.loads(content)

    def submit(self, seat, evaluation, body):
        return self.call("PUT", f"/v1/waves/{seat.wave}/evaluations/{evaluation}", body, key=seat.token)

    def submit_and_reset(self, seat, evaluation, body, rng):
        """Sends a part of the request, or all of it, and resets the connection without reading an answer."""
        request = (f"PUT /v1/waves/{seat.wave}/evaluations/{evaluation} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                   f"Authorization: Bearer {seat.token}\r\nContent-Type: application/json\r\n"
                   f"Content-Length: {len(body)}\r\n\r\n").encode() + body
        part = rng.choice((len(request), rng.randrange(1, len(request))))
        try:
            with socket.create_connection(("127.0.0.1", self.port), self.timeout) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.sendall(request[:part])
        except OSError as fault:
            raise Away(fault) from fault


class Seat:
    """One delegate's invitation to one wave, and the evaluation that is current there."""

    def __init__(self, programme, study, wave, token):
        self.programme, self.study, self.wave, self.token = programme, study, wave, token
        self.current = None
        self.answers = None


def sha256(body):
    return hashlib.sha256(body).hexdigest()


def make_answers(rng):
    answers = {item: rng.randint(1, 5) for item in RATINGS}
    answers.update({"NPS": rng.randint(0, 10), "NKI1": rng.randint(1, 10), "NKI2": rng.randint(1, 10),
                    "NKI3": rng.randint(1, 10)})
    return answers


def make_body(answers, replaces=None):
    document = {"language": "sv", "answers": answers}
    if replaces is not None:
        document["replaces"] = replaces
    return json.dumps(document).encode()


class Programme:
    """A programme with keys, the published instruments, and studies with one open wave each."""

    def __init__(self, debriefd, operator=None):
        self.port = debriefd.port
        wait_until_ready(self.port)
        operator = operator or debriefd.bootstrap()
        client = Client(self.port, operator)
        self.id = client.document("POST", "/v1/programmes", {"name": f"Campaign {uuid.uuid4()}"})["id"]
        path = f"/v1/programmes/{self.id}/keys"
        self.organiser = client.document("POST", path, {"role": "organiser", "label": "campaign"})["key"]
        self.analyst = client.document("POST", path, {"role": "analyst", "label": "campaign"})["key"]
        self.client = Client(self.port, self.organiser)
        self.publish("post")
        client.close()

    def publish(self, kind):
        with open(os.path.join(INSTRUMENTS, "benchmarking", f"{kind}.json"), "rb") as file:
            made = self.client.document("POST", "/v1/instruments", file.read())
        version = f"/v1/instruments/{made['instrument']}/versions/{made['version']}"
        self.client.document("POST", f"{version}:publish")

    def add_study(self, delegates):
        """(study, wave, seats)"""
        study = self.client.document("POST", "/v1/studies", {"name": "Seattle", "starts_on": "2005-09-24"})["id"]
        rows = "".join(f"Delegate {i},p{i}@example.org,{SECTORS[i % 4]},Org {i}\n" for i in range(delegates))
        self.client.document("POST", f"/v1/studies/{study}/delegates:import",
                             ("name,email,sector,organisation\n" + rows).encode(), content_type="text/csv")
        wave = self.client.document("POST", f"/v1/studies/{study}/waves",
                                    {"kind": "post", "instrument": "benchmarking-post", "version": 1})["id"]
        self.client.document("POST", f"/v1/waves/{wave}/invitations")
        return study, wave, [Seat(self.id, study, wave, token) for token in self.tokens(wave)]

    def tokens(self, wave):
        after = ""
        while after is not None:
            page = self.client.document("GET", f"/v1/waves/{wave}/invitations?tokens=1&limit=1000{after}")
            yield from (invitation["token"] for invitation in page["invitations"])
            after = f"&after={page['next']}" if page.get("next") else None

    def jobs(self, study, kind):
        jobs = self.client.document("GET", "/v1/jobs")["jobs"]
        return next(job["id"] for job in jobs if job["study"] == study and job["kind"] == kind)

    def verify(self, study):
        """The outcome of a recomputation from scratch."""
        job = self.jobs(study, "verify")
        before = len(self.client.document("GET", f"/v1/jobs/{job}/runs")["runs"])
        self.client.document("POST", f"/v1/jobs/{job}:run")
        runs = daemon.wait_for("the verification", lambda: (
            lambda found: found if len(found) > before else None)(
                self.client.document("GET", f"/v1/jobs/{job}/runs")["runs"]), 120, 0.2)
        return runs[0]["outcome"]


def wait_until_ready(port, seconds=180):
    with contextlib.closing(Client(port)) as client:
        daemon.wait_for("ready", lambda: client.call("GET", "/readyz")[0] == 200, seconds)


def retry(operation, seconds=60):
    """Repeats what the daemon's absence made fail."""
    def attempt():
        status, content = operation()
        return (status, content) if status != 503 else None
    return daemon.wait_for("an answer", attempt, seconds, 0.05)


def seeded(seed):
    return random.Random(seed)

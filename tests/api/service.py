"""A private debriefd for one test file: its directory, its process, and a client.

The daemon is DEBRIEFD (the built binary), the checkout is DEBRIEFD_SOURCE. As root the database runs as user
postgres. Without PostgreSQL a file is skipped (77); without one test run it fails.
"""

import glob
import http.client
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from ports import free_port  # pylint: disable=wrong-import-position

SKIPPED = 77
NIL = "00000000-0000-0000-0000-000000000000"
SOURCE = os.environ.get("DEBRIEFD_SOURCE", os.path.join(os.path.dirname(__file__), "..", ".."))
BINARY = os.environ.get("DEBRIEFD", os.path.join(SOURCE, "build", "debriefd"))
PACK = os.path.join(SOURCE, "contrib", "instruments", "benchmarking")
PATIENCE = 60  # seconds: for a sanitized build on a busy machine


def new_id():
    return str(uuid.uuid4())


def await_true(condition, what, patience=PATIENCE, pause=0.05):
    """What condition() gives as soon as it is true."""
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s for {what}")
        time.sleep(pause)


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:600]!r}>"


class Client:
    """One caller: a credential, or none."""

    def __init__(self, service, credential=None):
        self.service = service
        self.credential = credential

    def call(self, method, path, body=None, content_type=None, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        if self.credential is not None:
            sent.setdefault("Authorization", "Bearer " + self.credential)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            sent["Content-Type"] = content_type or "application/json"
        link = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=PATIENCE)
        try:
            link.request(method, path, body=body, headers=sent)
            answer = link.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            link.close()

    def get(self, path, **headers):
        return self.call("GET", path, **headers)

    def made(self, method, path, body=None, content_type=None):
        """The answer of a call that must succeed."""
        reply = self.call(method, path, body, content_type)
        if reply.status >= 300:
            raise AssertionError(f"{method} {path}: {reply!r}")
        return reply.json


def find_psql():
    found = shutil.which("psql") or (sorted(glob.glob("/usr/lib/postgresql/*/bin/psql")) or [None])[-1]
    if found is None:
        print("PostgreSQL is not installed")
        sys.exit(SKIPPED)
    return found


class Service:
    """debriefd run with a private cluster, until stop(). In settings {port} is the port it listens on."""

    def __init__(self, **settings):
        self.psql = find_psql()
        self.directory = tempfile.mkdtemp(prefix="debriefd-api-")
        os.chmod(self.directory, 0o755)
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.port = free_port()
        self.config = os.path.join(self.directory, "debriefd.conf")
        settings = {
            "state_directory": os.path.join(self.directory, "state"),
            "user": self.user,
            "listen": f"127.0.0.1:{self.port}",
            "public_url": "https://answers.example.org",
            **settings,
        }
        with open(self.config, "w", encoding="utf-8") as file:
            file.writelines(f"{key} = {value}\n".replace("{port}", str(self.port)) for key, value in settings.items())
        self.log_path = os.path.join(self.directory, "log")
        self.process = None
        try:
            self.start()
            self.operator = Client(self, json.loads(self.command("bootstrap"))["key"])
        except BaseException:
            self.stop()
            raise

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([BINARY, "run", "--config", self.config], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL)
        await_true(self.is_ready, "the daemon to be ready")

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError("debriefd ended: " + self.log())
        try:
            return Client(self).get("/readyz").status == 200
        except OSError:
            return False

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def database_log(self):
        text = ""
        for path in glob.glob(os.path.join(self.directory, "state", "cluster", "log", "*")):
            with open(path, encoding="utf-8", errors="replace") as file:
                text += file.read()
        return text

    def command(self, *words):
        done = subprocess.run([BINARY, *words, "--config", self.config], capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        if done.returncode != 0:
            raise AssertionError(f"debriefd {words}: {done.stderr}")
        return done.stdout

    def sql_words(self, role="postgres"):
        """The command that runs a script from its input."""
        words = [self.psql, "-X", "-q", "-A", "-t", "-F", "\x1f", "-R", "\x1e", "-v", "ON_ERROR_STOP=1",
                 "-h", os.path.join(self.directory, "state", "cluster", "run"), "-d", "debriefd", "-U", role, "-f", "-"]
        as_root = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        return as_root + words

    def sql(self, text, role="postgres", fails=False):
        """The rows of a script, as lists of text, run in the cluster as `role`; or how it fails."""
        done = subprocess.run(self.sql_words(role), input=text, capture_output=True, text=True, timeout=PATIENCE, check=False,
                              cwd="/")
        if fails:
            return done.stderr if done.returncode != 0 else None
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        body = done.stdout.removesuffix("\n").removesuffix("\x1e")
        return [row.split("\x1f") for row in body.split("\x1e")] if body else []

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(PATIENCE)
        if os.environ.get("DEBRIEFD_KEEP"):
            print("kept", self.directory)
        else:
            shutil.rmtree(self.directory, ignore_errors=True)

    def finish(self):
        """Stops, and fails when the daemon did not end well or a sanitizer found something."""
        was_running = self.process.poll() is None
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            code = "none in time"
        log = self.log()
        self.stop()
        faults = [line for line in log.splitlines()
                  if "Sanitizer" in line or "runtime error:" in line or "event=child_ended" in line]
        if not was_running or code != 0 or faults:
            raise AssertionError(f"running: {was_running}, exit code: {code}, faults: {faults[:5]}\n{log[-4000:]}")


def load_definition(name):
    with open(os.path.join(PACK, name + ".json"), "rb") as file:
        return file.read()


def load_anonymous_definition():
    """The pack's questions after a trip, without those whose answers say who gives them."""
    whole = json.loads(load_definition("post"))
    gone = {item["id"] for item in whole["items"]
            if item["type"] in ("roster", "contacts", "commitments", "commitment_status")}
    whole["id"] = "anonymous-post"
    whole["items"] = [item for item in whole["items"] if item["id"] not in gone]
    whole["measures"] = [one for one in whole["measures"] if not any(f'"{item}"' in json.dumps(one) for item in gone)]
    return json.dumps(whole).encode()


class Programme:
    """A programme with one key a role."""

    roles = ("organiser", "analyst", "coder", "dashboard")

    def __init__(self, service, name, **given):
        self.service = service
        self.operator = service.operator
        self.id = self.operator.made("POST", "/v1/programmes", {"name": name, **given})["id"]
        self.keys = {}
        for role in self.roles:
            made = self.operator.made("POST", f"/v1/programmes/{self.id}/keys", {"role": role, "label": role})
            self.keys[role] = made["id"]
            setattr(self, role, Client(service, made["key"]))

    def publish(self, definition):
        made = self.organiser.made("POST", "/v1/instruments", definition)
        self.organiser.made("POST", f"/v1/instruments/{made['instrument']}/versions/{made['version']}:publish")
        return made["instrument"], made["version"]

    def study(self, name="Study", **given):
        return Study(self, self.organiser.made("POST", "/v1/studies", {"name": name, **given})["id"])


def delegation_csv(people, header="name,email,sector,organisation"):
    return (header + "\n" + "".join(",".join(person) + "\n" for person in people)).encode()


def people_of(*sectors, prefix="p"):
    return [(f"Person {prefix}{i}", f"{prefix}{i}@example.org", sector, f"Organisation {i}")
            for i, sector in enumerate(sectors)]


class Study:
    def __init__(self, programme, study_id):
        self.programme = programme
        self.organiser = programme.organiser
        self.id = study_id
        self.path = "/v1/studies/" + study_id

    def import_delegates(self, people):
        return self.organiser.made("POST", self.path + "/delegates:import", delegation_csv(people), "text/csv")

    def delegates(self):
        return self.organiser.made("GET", self.path + "/delegates?limit=1000")["delegates"]

    def wave(self, kind, instrument, version, **given):
        body = {"kind": kind, "instrument": instrument, "version": version, **given}
        return Wave(self, self.organiser.made("POST", self.path + "/waves", body)["id"])

    def job(self, kind):
        jobs = self.organiser.made("GET", "/v1/jobs")["jobs"]
        return next(job for job in jobs if job["study"] == self.id and job["kind"] == kind)

    def await_settled(self):
        """Until everything that was committed is in the study's metrics and releases."""
        query = (f"SELECT (SELECT count(*) FROM debrief.pending WHERE study_id = '{self.id}')"
                 f" + (SELECT count(*) FROM debrief.stale WHERE study_id = '{self.id}')")
        await_true(lambda: self.programme.service.sql(query) == [["0"]], "the study to settle")

    def metrics(self, client=None, query=""):
        return (client or self.programme.dashboard).made("GET", self.path + "/metrics" + query)

    def internal(self, query=""):
        return self.metrics(self.programme.analyst, "?internal=1" + query)["metrics"]


class Wave:
    def __init__(self, study, wave_id):
        self.study = study
        self.organiser = study.organiser
        self.service = study.programme.service
        self.id = wave_id
        self.path = "/v1/waves/" + wave_id

    def invite(self):
        """Tokens by participant."""
        self.organiser.made("POST", self.path + "/invitations")
        listed = self.organiser.made("GET", self.path + "/invitations?tokens=1&limit=1000")["invitations"]
        return {one["participant"]: one["token"] for one in listed if "token" in one}

    def submit(self, token, body, evaluation=None, content_type=None):
        path = f"{self.path}/evaluations/{evaluation or new_id()}"
        return Client(self.service, token).call("PUT", path, body, content_type)

    def submit_good(self, token, answers, **given):
        evaluation = new_id()
        reply = self.submit(token, {"answers": answers, **given}, evaluation)
        if reply.status != 201:
            raise AssertionError(repr(reply))
        return evaluation

    def import_lines(self, lines, query=""):
        """Each line bytes, or an object to be written as JSON; the outcomes."""
        text = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
        reply = self.organiser.call("POST", f"{self.path}/evaluations:import{query}", text, "application/x-ndjson")
        if reply.status != 200:
            raise AssertionError(repr(reply))
        return [json.loads(line) for line in reply.body.splitlines()]

    def close(self):
        return self.organiser.made("POST", self.path + ":close")

    def state(self):
        return self.organiser.made("GET", self.path)


# The least that makes a post-trip evaluation complete enough to count.
def post_answers(value=4, **changes):
    answers = dict.fromkeys(["S_PREP1", "S_PREP2", "S_PROG1", "S_PROG2", "S_PROG3", "S_PROG4", "P1", "P2", "P3", "P4",
                             "P5", "OVERALL"], value)
    answers.update(NPS=9, NKI1=8, NKI2=8, NKI3=8, HOST_MADE=1)
    for theme in "1234":
        answers["L_then_T" + theme] = 2
        answers["L_now_T" + theme] = 4
    answers.update(changes)
    return answers


class ServiceTest(unittest.TestCase):
    """Tests that share one daemon."""

    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.service = Service(**cls.settings)
        cls.addClassCleanup(cls.service.finish)
        cls.addClassCleanup(cls.check_deadlocks)
        cls.prepare()

    @classmethod
    def prepare(cls):
        pass

    @classmethod
    def check_deadlocks(cls):
        """A deadlock is resolved by running a statement again, a second later: nobody sees it but here."""
        found = cls.service.sql("SELECT sum(deadlocks) FROM pg_stat_database")
        assert found == [["0"]], f"deadlocks: {found}"


def main():
    """unittest.main, but running no test fails."""
    program = unittest.main(exit=False, verbosity=2)
    ran = program.result.testsRun
    if ran == 0:
        print("no test was run")
    sys.exit(0 if ran > 0 and program.result.wasSuccessful() else 1)

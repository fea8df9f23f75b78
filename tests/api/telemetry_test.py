"""What Prometheus reads: well formed, and about the process only, never about a study or a person."""

import re
import shutil
import subprocess
import sys

from service import SKIPPED, Client, Programme, ServiceTest, load_definition, main, new_id, people_of, post_answers

ALLOWED_LABELS = {"route", "method", "code", "reason", "result", "version", "le"}


class TelemetryTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Telemetry of Gothenburg")
        cls.study = cls.programme.study("Secret trip")
        cls.study.import_delegates(people_of("politics", "state", prefix="observed"))
        cls.wave = cls.study.wave("post", *cls.programme.publish(load_definition("post")))
        token = next(iter(cls.wave.invite().values()))
        body = b'{"answers":{"P1":4}}'
        evaluation = new_id()
        cls.wave.submit(token, body, evaluation)
        cls.wave.submit(token, body, evaluation)
        cls.wave.submit(token, {"answers": post_answers()})
        for path in ["/chosen-by-client", "/v1/studies/chosen-by-client", f"/v1/studies/{cls.study.id}?x=chosen-by-client",
                     "/v1/instruments/chosen-by-client/versions/1", cls.study.path, cls.study.path + "/metrics"]:
            cls.programme.organiser.get(path)
        cls.programme.organiser.call("PROPFIND", "/chosen-by-client")
        cls.programme.organiser.call("DELETE", cls.study.path)
        cls.study.await_settled()
        cls.text = Client(cls.service).get("/metrics").body.decode()

    def test_promtool_accepts_it(self):
        promtool = shutil.which("promtool")
        if promtool is None:
            self.skipTest("promtool is not installed")
        done = subprocess.run([promtool, "check", "metrics"], input=self.text, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_labels_are_the_programs_own(self):
        labels = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', self.text)
        self.assertTrue(labels)
        self.assertLessEqual({name for name, _ in labels}, ALLOWED_LABELS)
        for _, value in labels:
            self.assertNotRegex(value, r"[0-9a-f]{8}-[0-9a-f]{4}-")
        for secret in ("chosen-by-client", "PROPFIND", "Secret", "Gothenburg", "observed", "example.org",
                       self.study.id, self.programme.id, self.wave.id):
            self.assertNotIn(secret, self.text)

    def value(self, sample):
        found = re.search(r"(?m)^" + re.escape(sample) + r" (\S+)$", self.text)
        self.assertTrue(found, sample)
        return float(found.group(1))

    def test_it_counts(self):
        self.assertEqual(self.value('debriefd_submissions_acked_total{result="new"}'), 1)
        self.assertEqual(self.value('debriefd_submissions_acked_total{result="replay"}'), 1)
        self.assertEqual(self.value("debriefd_database_up"), 1)
        self.assertEqual(self.value("debriefd_jobs_failing"), 0)
        self.assertGreater(self.value("debriefd_db_connections_ready"), 0)
        self.assertRegex(self.text, r'debriefd_http_requests_total\{[^}]*route="/v1/studies/\{study\}"')


if __name__ == "__main__":
    if shutil.which("promtool") is None:
        print("promtool is not installed")
        sys.exit(SKIPPED)
    main()

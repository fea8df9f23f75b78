"""Problems, negotiation and the walls between programmes and roles."""

import gzip
import json

from service import Client, Programme, ServiceTest, load_definition, main, new_id, people_of, post_answers

MEMBERS = {"type", "title", "status", "detail", "instance"}
LARGE = b'{"name":"' + b"x" * 300_000 + b'"}'


class ProblemTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.ours = Programme(cls.service, "Ours")
        cls.theirs = Programme(cls.service, "Theirs")
        cls.study = cls.ours.study("Trip")
        cls.study.import_delegates(people_of("politics", "business", "academia"))
        cls.instrument = cls.ours.publish(load_definition("post"))
        cls.theirs.publish(load_definition("post"))
        cls.wave = cls.study.wave("post", *cls.instrument)
        cls.tokens = cls.wave.invite()
        cls.evaluation = cls.wave.submit_good(next(iter(cls.tokens.values())), post_answers())
        cls.invitation = cls.ours.organiser.made("GET", cls.wave.path + "/invitations")["invitations"][0]["id"]
        cls.job = cls.study.job("refresh")["id"]
        programme = f"/v1/programmes/{cls.ours.id}"
        cls.account = cls.ours.organiser.made("POST", programme + "/accounts",
                                              {"email": "o@example.org", "name": "O", "role": "coder"})["id"]
        cls.webhook = cls.ours.organiser.made("POST", programme + "/webhooks",
                                              {"url": "https://example.org/x", "label": "x"})["id"]
        cls.ours.organiser.made("POST", cls.wave.path + "/mails", {"kind": "invitation", "to": "everybody"})
        cls.mail = cls.ours.organiser.made("GET", cls.wave.path + "/mails")["mails"][0]["id"]
        cls.person = cls.ours.organiser.made("GET", "/v1/persons")["persons"][0]["id"]
        cls.study.await_settled()

    def check_problem(self, reply, status):
        """RFC 9457 3: the members, and the media type."""
        self.assertEqual(reply.status, status, reply)
        self.assertEqual(reply.headers.get_content_type(), "application/problem+json", reply)
        problem = reply.json
        self.assertLessEqual(MEMBERS, set(problem), problem)
        self.assertEqual(problem["status"], status)
        self.assertTrue(problem["type"] and problem["title"] and problem["detail"])
        self.assertEqual(problem["instance"], "urn:request:" + reply.headers["X-Request-Id"])
        return problem

    def test_missing_and_bad_credentials_are_401_with_a_challenge(self):
        good = self.ours.organiser.credential
        bad = [None, "", "dk_", "nothing", good[:-1], good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
               "di_" + good[3:], good + "A"]
        for credential in bad:
            reply = Client(self.service, credential).get("/v1/studies")
            self.check_problem(reply, 401)
            self.assertTrue(reply.headers["WWW-Authenticate"].startswith("Bearer"), credential)
        reply = Client(self.service).get("/v1/studies", Authorization="Basic YTpi")
        self.check_problem(reply, 401)

    def test_refused_methods_name_the_allowed_ones(self):
        for path, allowed in [("/v1/studies", {"GET", "HEAD", "OPTIONS", "POST"}),
                              (self.study.path, {"GET", "HEAD", "OPTIONS", "PATCH"}),
                              (self.wave.path + ":close", {"OPTIONS", "POST"}),
                              ("/healthz", {"GET", "HEAD", "OPTIONS"})]:
            reply = self.ours.organiser.call("DELETE", path)
            self.check_problem(reply, 405)
            self.assertEqual({name.strip() for name in reply.headers["Allow"].split(",")}, allowed)
            reply = self.ours.organiser.call("OPTIONS", path)
            self.assertIn(reply.status, (200, 204))
            self.assertEqual({name.strip() for name in reply.headers["Allow"].split(",")}, allowed)

    def test_unknown_paths_are_404(self):
        for path in ["/nothing", "/v1", "/v1/nothing", "/v2/studies", "/v1/studies/", "/v1/studies/not-a-uuid",
                     f"/v1/studies/{new_id()}", f"/v1/waves/{new_id()}", f"/v1/instruments/none/versions/1",
                     f"/v1/instruments/benchmarking-post/versions/one",
                     f"/v1/instruments/benchmarking-post/versions/9999999", f"/v1/jobs/{new_id()}/runs"]:
            self.check_problem(self.ours.organiser.get(path), 404)

    def test_people_get_a_page_and_programs_a_problem(self):
        browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept_Language": "sv"}
        for method, path, status in (("GET", "/desk/nope", 404), ("GET", "/nothing", 404), ("POST", "/desk/audit", 405)):
            page = Client(self.service).call(method, path, **browser)
            self.assertEqual((page.status, page.headers["Content-Type"]), (status, "text/html; charset=utf-8"), path)
            self.assertIn(b"<h1>Sidan finns inte</h1>", page.body)
            self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
            reply = Client(self.service).call(method, path, Accept="*/*")
            self.assertEqual((reply.status, reply.headers["Content-Type"]), (status, "application/problem+json"), path)
        for path, status in (("/v1/nope", 404), ("/v1/nope?x=%zz", 400)):
            reply = Client(self.service).call("GET", path, **browser)
            self.assertEqual((reply.status, reply.headers["Content-Type"]), (status, "application/problem+json"), path)
        page = Client(self.service).call("GET", "/desk?x=%ff", **browser)
        self.assertEqual((page.status, b"<h1>Det gick inte</h1>" in page.body), (400, True))

    def test_nobody_may_act_above_his_role(self):
        denied = {
            "organiser": [("POST", "/v1/programmes")],
            "analyst": [("POST", "/v1/studies"), ("POST", self.wave.path + ":close"),
                        ("GET", f"/v1/programmes/{self.ours.id}/keys"), ("POST", self.wave.path + "/invitations"),
                        ("GET", self.wave.path + "/invitations?tokens=1"), ("POST", f"/v1/jobs/{self.job}:run")],
            "coder": [("GET", "/v1/jobs"), ("GET", self.study.path + "/response_rates"),
                      ("GET", self.study.path + "/metrics?internal=1")],
            "dashboard": [("GET", self.study.path + "/delegates"), ("GET", "/v1/instruments"), ("GET", "/v1/jobs"),
                          ("GET", self.study.path + "/response_rates"), ("GET", f"/v1/receipts/{self.evaluation}"),
                          ("GET", self.study.path + "/metrics?internal=1"),
                          ("GET", self.study.path + "/metrics.csv?internal="),
                          ("PUT", f"{self.wave.path}/evaluations/{new_id()}")],
        }
        for role, calls in denied.items():
            for method, path in calls:
                with self.subTest(role=role, method=method, path=path):
                    body = {} if method != "GET" else None
                    self.check_problem(getattr(self.ours, role).call(method, path, body), 403)
        participant = Client(self.service, next(iter(self.tokens.values())))
        for path in ["/v1/studies", self.study.path, self.study.path + "/metrics", "/v1/programmes",
                     f"/v1/programmes/{self.ours.id}/events"]:
            self.check_problem(participant.get(path), 403)
        self.check_problem(self.service.operator.get(self.study.path), 403)
        self.check_problem(self.ours.organiser.get(self.study.path + "/metrics?internal=1"), 403)

    def foreign_calls(self):
        """Every operation that names something, with our ids."""
        segments = {"programme": self.ours.id, "study": self.study.id, "wave": self.wave.id, "job": self.job,
                    "participant": next(iter(self.tokens)), "invitation": self.invitation,
                    "key": self.ours.keys["analyst"], "evaluation": self.evaluation, "account": self.account,
                    "webhook": self.webhook, "person": self.person, "mail": self.mail,
                    "instrument": "benchmarking-post", "version": "1", "number": "1"}
        bodies = {"createKey": {"role": "analyst", "label": "x"}, "changeStudy": {"name": "x"},
                  "changeDelegate": {"role": "x"}, "changeWave": {"closes_at": None},
                  "createWave": {"kind": "fu", "instrument": "benchmarking-post", "version": 1},
                  "setDisposition": {"code": "R"},
                  "setDispositions": {"dispositions": [{"participant": next(iter(self.tokens)), "code": "R"}]},
                  "withdrawRelease": {"reason": "x"}, "submitEvaluation": {"answers": {}}, "enterEvaluation": {"answers": {}},
                  "createAccount": {"email": "a@example.org", "name": "x", "role": "coder"},
                  "createWebhook": {"url": "https://a.example.org/", "label": "x"}, "erasePerson": {"reason": "asked for"},
                  "changeProgramme": {"retention_months": 1}, "setConsent": {"sv": "x", "en": "x"},
                  "queueMails": {"kind": "reminder", "to": "everybody"}, "setMailPlan": {}, "withdrawMails": {},
                  "importDelegates": b"name,email,sector,organisation\nA,a@b.se,state,O\n",
                  "importEvaluations": b"{}\n"}
        types = {"importDelegates": "text/csv", "importEvaluations": "application/x-ndjson"}
        described = Client(self.service).get("/openapi.json").json
        for pattern, path in described["paths"].items():
            if "{" not in pattern or "{instrument}" in pattern:
                continue
            for method, operation in path.items():
                name = operation["operationId"]
                yield name, method.upper(), pattern.format(**segments), bodies.get(name), types.get(name)

    def test_another_programme_sees_nothing(self):
        paths = (self.study.path, self.wave.path, f"/v1/programmes/{self.ours.id}/keys", self.study.path + "/waves",
                 self.study.path + "/delegates", self.wave.path + "/invitations", self.wave.path + "/mails",
                 self.wave.path + "/consent", f"/v1/programmes/{self.ours.id}/accounts",
                 f"/v1/programmes/{self.ours.id}/webhooks", f"/v1/programmes/{self.ours.id}")
        before = self.service.sql("SELECT count(*) FROM debrief.audit_record")
        state = [self.ours.organiser.get(path).body for path in paths]
        called = 0
        for name, method, path, body, content_type in self.foreign_calls():
            for role in Programme.roles:
                with self.subTest(operation=name, role=role):
                    called += 1
                    reply = getattr(self.theirs, role).call(method, path, body, content_type)
                    if name == "getReceipt" and reply.status == 200:
                        self.assertEqual(reply.json, {"recorded": False, "evaluation": self.evaluation})
                    elif name in ("listInvitations", "listWaves") and reply.status == 200:
                        self.assertFalse(next(iter(reply.json.values())))
                    elif name == "listDelegates" and reply.status == 200:
                        self.assertEqual(reply.json["delegates"], [])
                    else:
                        self.check_problem(reply, reply.status)
                        self.assertIn(reply.status, (403, 404), reply)
        self.assertGreater(called, 80)
        self.assertEqual(state, [self.ours.organiser.get(path).body for path in paths])
        self.assertEqual(self.theirs.organiser.made("GET", "/v1/studies"), {"studies": []})
        jobs = self.theirs.organiser.made("GET", "/v1/jobs")["jobs"]
        self.assertEqual([(job["kind"], job["study"]) for job in jobs], [("compare", None), ("retention", None)])
        listed = self.theirs.organiser.made("GET", "/v1/programmes")["programmes"]
        self.assertEqual([one["id"] for one in listed], [self.theirs.id])
        self.assertGreater(int(self.service.sql("SELECT count(*) FROM debrief.audit_record")[0][0]), 0, before)

    def test_all_errors_come_at_once_with_pointers(self):
        body = {"name": "", "kind": "Not A Name", "starts_on": "2026-13-01", "unknown": 1, "time_zone": 7,
                "destinations": [{"name": "A"}, {"country": 5, "x": 1}]}
        problem = self.check_problem(self.ours.organiser.call("POST", "/v1/studies", body), 422)
        self.assertEqual(sorted(error["pointer"] for error in problem["errors"]),
                         ["/destinations/1/country", "/destinations/1/name", "/destinations/1/x", "/kind", "/name",
                          "/starts_on", "/time_zone", "/unknown"])
        self.assertTrue(all(error["code"] and error["detail"] for error in problem["errors"]))
        problem = self.check_problem(self.ours.organiser.call("POST", "/v1/studies", []), 422)
        self.assertEqual([error["pointer"] for error in problem["errors"]], [""])

    def test_values_that_only_the_database_knows_to_be_wrong_are_not_500(self):
        organiser = self.ours.organiser
        for body in [{"name": "x", "starts_on": "2025-02-29"}, {"name": "x", "starts_on": "2025-02-30"},
                     {"name": "x", "starts_on": "0000-01-01"}, {"name": "x", "time_zone": "Nowhere/Here"},
                     {"name": "x", "target": {"politics": 0.5}}, {"name": "x", "target": {"nobody": 1}},
                     {"name": "x", "starts_on": "2026-05-02", "ends_on": "2026-05-01"}]:
            with self.subTest(body=body):
                self.check_problem(organiser.call("POST", "/v1/studies", body), 422)
        wave = {"kind": "fu", "instrument": self.instrument[0], "version": self.instrument[1]}
        for when in ["2025-02-29T00:00:00Z", "0000-01-01T00:00:00Z", "2025-04-31T00:00:00+14:59"]:
            with self.subTest(when=when):
                reply = organiser.call("POST", self.study.path + "/waves", {**wave, "opens_at": when})
                self.check_problem(reply, 422)
        for query in ["limit=0", "limit=1001", "limit=x", "limit=5abc", "limit=", "after=1", "nothing=1",
                      "limit=1&limit=2", "limit=99999999999999999999"]:
            with self.subTest(query=query):
                self.check_problem(organiser.get(f"{self.study.path}/delegates?{query}"), 400)
        for query in ["as_of=yesterday", "as_of=2025-02-29T00:00:00Z", "family=%ff", "family=%c3%28", "x=1"]:
            with self.subTest(query=query):
                self.check_problem(organiser.get(f"{self.study.path}/metrics?{query}"), 400)

    def test_malformed_bodies_are_400(self):
        for body in [b"", b"{", b"{}x", b'{"name":"a","name":"b"}', b'{"name":"\xff"}', b'{"name":"\\u0000"}',
                     b"\xef\xbb\xbf{}", b"nul", b"[" * 5000]:
            with self.subTest(body=body[:20]):
                self.check_problem(self.ours.organiser.call("POST", "/v1/studies", body), 400)

    def test_media_types(self):
        organiser = self.ours.organiser
        for method, path, content_type in [("POST", "/v1/studies", "text/plain"), ("POST", "/v1/instruments", "a/b"),
                                           ("POST", self.study.path + "/delegates:import", "application/json"),
                                           ("POST", self.wave.path + "/evaluations:import", "application/json")]:
            self.check_problem(organiser.call(method, path, b"{}", content_type), 415)
        self.check_problem(organiser.get(self.study.path + "/metrics", Accept="image/png"), 406)
        for accept, expected in [("text/csv", "text/csv"), ("application/json", "application/json"),
                                 ("*/*", "application/json"), ("text/csv;q=0.5, application/json", "application/json"),
                                 (None, "application/json")]:
            reply = organiser.get(self.study.path + "/metrics", Accept=accept)
            self.assertEqual(reply.headers.get_content_type(), expected)
        self.assertEqual(organiser.get(self.study.path + "/metrics.csv").headers.get_content_type(), "text/csv")

    def test_too_large_a_body_is_413(self):
        reply = self.ours.organiser.call("POST", "/v1/studies", LARGE)
        self.check_problem(reply, 413)

    def test_conflicts(self):
        chosen = new_id()
        for expected, name in [(201, "One"), (200, "One"), (409, "Two")]:
            reply = self.ours.organiser.call("POST", "/v1/studies", {"id": chosen, "name": name})
            self.assertEqual(reply.status, expected, reply)
        self.check_problem(reply, 409)
        chosen = new_id()
        for expected, name in [(201, "One"), (200, "One"), (409, "Two")]:
            reply = self.service.operator.call("POST", "/v1/programmes", {"id": chosen, "name": name})
            self.assertEqual(reply.status, expected, reply)

    def test_head_gzip_and_request_ids(self):
        organiser = self.ours.organiser
        whole = organiser.get(self.study.path + "/metrics")
        head = organiser.call("HEAD", self.study.path + "/metrics")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head.headers["ETag"], whole.headers["ETag"])
        plain = Client(self.service).get("/openapi.json")
        packed = Client(self.service).get("/openapi.json", Accept_Encoding="gzip")
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertIn("Accept-Encoding", packed.headers["Vary"])
        self.assertNotEqual(plain.headers["X-Request-Id"], packed.headers["X-Request-Id"])

    def test_metrics_have_an_etag(self):
        dashboard = self.ours.dashboard
        first = dashboard.get(self.study.path + "/metrics")
        tag = first.headers["ETag"]
        self.assertRegex(tag, r'^"[^"]+"$')
        for sent in [tag, "*", f'"x", {tag}', "W/" + tag]:
            again = dashboard.get(self.study.path + "/metrics", If_None_Match=sent)
            self.assertEqual((again.status, again.body), (304, b""), sent)
            self.assertEqual(again.headers["ETag"], tag)
        other = dashboard.get(self.study.path + "/metrics", If_None_Match='"other"')
        self.assertEqual(other.status, 200)
        csv = dashboard.get(self.study.path + "/metrics.csv")
        self.assertNotEqual(csv.headers["ETag"], tag)

    def test_every_answer_forbids_sniffing(self):
        for reply in [Client(self.service).get("/healthz"), Client(self.service).get("/nothing"),
                      self.ours.organiser.get("/v1/studies")]:
            self.assertEqual(reply.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("no-store", self.ours.organiser.get("/v1/studies").headers["Cache-Control"])

    def test_nothing_secret_is_logged(self):
        self.wave.import_lines([{"id": new_id(), "participant": next(iter(self.tokens)),
                                 "evaluation": {"answers": post_answers(BEST="Unmistakable words")}}])
        log = self.service.log() + self.service.database_log()
        for secret in [self.ours.organiser.credential, *self.tokens.values(), "p0@example.org", "Person p0", "Unmistakable"]:
            self.assertNotIn(secret, log)


if __name__ == "__main__":
    main()

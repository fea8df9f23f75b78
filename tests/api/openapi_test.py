"""The served description: valid by a public validator, complete, and true of every answer."""

import copy
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from service import (SKIPPED, SOURCE, Client, Programme, ServiceTest, Study, delegation_csv, load_anonymous_definition,
                     load_definition, main, new_id, people_of, post_answers)

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(SKIPPED)

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "openapi")
VALIDATE = """
import { Validator } from '@seriousme/openapi-schema-validator';
import { readFileSync } from 'node:fs';
const validator = new Validator();
const result = await validator.validate(JSON.parse(readFileSync(process.argv[2], 'utf8')));
console.log(validator.version, result.valid ? 'valid' : JSON.stringify(result.errors).slice(0, 2000));
process.exit(result.valid && validator.version === '3.1' ? 0 : 1);
"""
CREATING = """createProgramme createKey createAccount createWebhook createStudy createWave draftInstrument
              submitEvaluation enterEvaluation""".split()
STATUSES = {**dict.fromkeys(CREATING, 201), "runJob": 202}


def closed(schema):
    """The schema with every object closed: an answer may have no field that is not described."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(value) for name, value in schema.items()}
    if "properties" in made and isinstance(made["properties"], dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


def sample(schema):
    """A value that the request's schema allows."""
    if "anyOf" in schema:
        return sample(schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "string":
        known = {"uuid": new_id(), "date": "2026-05-01", "date-time": "2026-05-01T12:00:00Z"}
        return known.get(schema.get("format"), "abc" * 3)
    if kind == "integer":
        return schema.get("minimum", 1)
    if kind == "boolean":
        return True
    if kind == "array":
        return [sample(schema["items"])]
    if kind == "object" and "properties" in schema:
        return {name: sample(one) for name, one in schema["properties"].items()}
    return {"abc": 1} if schema.get("additionalProperties", {}).get("type") == "number" else {"en": "abc"}


class OpenapiTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.description = Client(cls.service).get("/openapi.json").json
        cls.operations = {operation["operationId"]: (method.upper(), pattern, operation)
                          for pattern, path in cls.description["paths"].items() for method, operation in path.items()}

    def test_a_public_validator_accepts_it(self):
        if shutil.which("npm") is None:
            self.skipTest("npm is not installed")
        with tempfile.TemporaryDirectory(prefix="debriefd-openapi-") as folder:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(os.path.join(FOLDER, name), folder)
            subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True, timeout=240)
            with open(os.path.join(folder, "validate.mjs"), "w", encoding="utf-8") as script:
                script.write(VALIDATE)
            described = os.path.join(folder, "openapi.json")
            broken = copy.deepcopy(self.description)
            del broken["paths"]["/v1/studies"]["get"]["responses"]["2XX"]["description"]
            for document, expected in [(self.description, 0), (broken, 1)]:
                with open(described, "w", encoding="utf-8") as file:
                    json.dump(document, file)
                done = subprocess.run(["node", "validate.mjs", described], cwd=folder, capture_output=True, text=True,
                                      check=False, timeout=120)
                self.assertEqual(done.returncode, expected, done.stdout + done.stderr)

    def test_what_is_routed_is_described(self):
        """The route tables in the source, and the description, name the same."""
        routed = set()
        for path in glob.glob(os.path.join(SOURCE, "daemon", "api", "*.c")):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            routed |= set(re.findall(r'(?:ROUTE\(\s*|METHOD_)(GET|POST|PUT|PATCH|DELETE),\s*"(/[^"]*)"', text))
        self.assertGreater(len(routed), 40)
        self.assertEqual(routed, {(method, pattern) for method, pattern, _ in self.operations.values()})

    def test_every_operation_says_what_it_answers(self):
        for name, (_, _, operation) in self.operations.items():
            answers = operation["responses"]["2XX"]
            self.assertTrue(answers["description"] and operation["summary"], name)
            media = next(iter(answers["content"]))
            if media == "application/json" and name != "getDescription":
                self.assertIn("schema", answers["content"][media], name)

    def check_answer(self, name, reply):
        _, _, operation = self.operations[name]
        self.assertEqual(reply.status, STATUSES.get(name, 200), (name, reply))
        content = operation["responses"]["2XX"]["content"]
        self.assertIn(reply.headers.get_content_type(), content, name)
        schema = content[reply.headers.get_content_type()].get("schema")
        if schema is None:
            return
        whole = closed({**schema, "components": self.description["components"]})
        lines = reply.body.splitlines() if "ndjson" in reply.headers.get_content_type() else [reply.body]
        for line in lines:
            try:
                jsonschema.Draft202012Validator(whole).validate(json.loads(line))
            except jsonschema.ValidationError as fault:
                self.fail(f"{name}: {fault.message} at {list(fault.absolute_path)}: {line[:300]}")

    def test_every_operation_answers_as_described(self):
        programme = Programme(self.service, "Described")
        organiser, operator = programme.organiser, self.service.operator
        called = set()

        def call(name, client, ids=(), body=None, content_type=None, query=""):
            method, pattern, _ = self.operations[name]
            path = pattern.format(**dict(ids)) + query
            reply = client.call(method, path, body, content_type)
            self.check_answer(name, reply)
            called.add(name)
            return reply.json if reply.headers.get_content_type() == "application/json" else reply

        ours = {"programme": programme.id}
        call("createProgramme", operator, body={"name": "One", "sectors": ["a", "b"], "target": {"a": 0.5, "b": 0.5}})
        call("listProgrammes", operator)
        call("getProgramme", organiser, ours)
        key = call("createKey", organiser, ours, {"role": "coder", "label": "x", "expires_at": "2099-01-01T00:00:00Z"})
        call("rotateKey", organiser, {**ours, "key": key["id"]})
        call("listKeys", organiser, ours)
        call("revokeKey", organiser, {**ours, "key": key["id"]})
        account = call("createAccount", operator, ours,
                       {"email": "a@example.org", "name": "A", "role": "organiser", "language": "sv"})
        call("listAccounts", organiser, ours)
        for name in ("makeSignInLink", "revokeAccount"):
            call(name, operator, {**ours, "account": account["id"]})
        hook = call("createWebhook", organiser, ours, {"url": "https://receiver.example.org/x", "label": "x"})
        call("listWebhooks", organiser, ours)
        for name in ("resumeWebhook", "deleteWebhook"):
            call(name, organiser, {**ours, "webhook": hook["id"]})
        version = call("draftInstrument", organiser, body=load_definition("post"))
        named = {"instrument": version["instrument"], "version": version["version"]}
        for name in ("publishInstrument", "getInstrument"):
            call(name, organiser, named)
        call("listInstruments", organiser)
        study = {"study": call("createStudy", organiser, body={
            "name": "A", "starts_on": "2026-05-01", "destinations": [{"name": "Seattle"}], "purposes": []})["id"]}
        call("changeStudy", organiser, study, {"note": "changed", "ends_on": "2026-05-06"})
        call("getStudy", organiser, study)
        call("listStudies", organiser)
        people = people_of(*["politics"] * 9 + ["state"], prefix="described")
        call("importDelegates", organiser, study, delegation_csv(people), "text/csv")
        delegates = call("listDelegates", organiser, study, query="?limit=5")["delegates"]
        one = {**study, "participant": delegates[0]["id"]}
        call("changeDelegate", organiser, one, {"role": "chair"})
        wave = {"wave": call("createWave", organiser, study, {"kind": "post", **named})["id"]}
        call("listWaves", organiser, study)
        call("getWave", organiser, wave)
        call("changeWave", organiser, wave, {"closes_at": "2099-01-01T00:00:00Z"})
        call("createInvitations", organiser, wave)
        call("setMailPlan", organiser, wave, {"mails_max": 3, "reminders": [{"date": "2098-12-01"}]})
        call("getMailPlan", organiser, wave)
        call("queueMails", organiser, wave, {"kind": "invitation", "to": "waiting"})
        mails = call("listMails", organiser, wave, query="?limit=2")["mails"]
        call("withdrawMail", organiser, {"mail": mails[0]["id"]})
        call("withdrawMails", organiser, wave, {})
        self.service.sql(f"UPDATE debrief.mail SET state = 'sent', sent_at = now() WHERE mail_id = '{mails[1]['id']}'")
        call("reportBounce", organiser, {**ours, "mail": mails[1]["id"]}, {"status": "5.1.1"})
        invitations = call("listInvitations", organiser, wave, query="?tokens=1&limit=3")["invitations"]
        for name in ("rotateInvitation", "revokeInvitation"):
            call(name, organiser, {"invitation": invitations[1]["id"]})
        evaluation = {"evaluation": new_id()}
        participant = Client(self.service, invitations[0]["token"])
        call("submitEvaluation", participant, {**wave, **evaluation}, {"answers": post_answers()})
        call("getReceipt", participant, evaluation)
        call("getReceipt", organiser, {"evaluation": new_id()})
        call("getReceiptKeys", Client(self.service))
        lines = [{"id": new_id(), "participant": one["id"], "evaluation": {"answers": post_answers(value)}}
                 for one in delegates for value in (4, 9)]
        call("importEvaluations", organiser, wave, "\n".join(map(json.dumps, lines)).encode() + b"\nx\n",
             "application/x-ndjson")
        call("setDisposition", organiser, {**wave, "participant": delegates[1]["id"]}, {"code": "P"})
        call("setDispositions", organiser, wave,
             {"dispositions": [{"participant": delegates[1]["id"], "code": "P"},
                               {"participant": delegates[2]["id"], "code": "NC"}]})
        silent = next(delegate["id"] for delegate in Study(programme, study["study"]).delegates()
                      if delegate["id"] not in {invitations[0]["participant"], *(each["id"] for each in delegates)})
        call("enterEvaluation", organiser, {**wave, "participant": silent, "evaluation": new_id()},
             {"answers": post_answers()})
        call("getConsent", organiser, wave)
        call("setConsent", organiser, wave, {"sv": "Ja?", "en": "Yes?"})
        call("closeWave", organiser, wave)
        Study(programme, study["study"]).await_settled()
        call("listReleases", organiser, study)
        call("explainReleases", organiser, study)
        call("explainReleases", programme.analyst, study)
        call("getStudyMetrics", programme.dashboard, study)
        call("getStudyMetrics", programme.analyst, study, query="?internal=1")
        call("getStudyMetricsCsv", programme.dashboard, study)
        call("getProgrammeMetrics", programme.dashboard, ours)
        call("getProgrammeMetrics", programme.analyst, ours, query="?internal=1")
        call("getProgrammeMetricsCsv", programme.dashboard, ours)
        call("getResponseRates", organiser, study)
        call("withdrawRelease", organiser, {**study, "number": 1}, {"reason": "Counted twice"})
        call("getStudyMetrics", programme.dashboard, study)
        call("getProgrammeMetrics", programme.dashboard, ours)
        call("listReleases", programme.dashboard, study)
        call("resumeReleases", organiser, study)
        self.call_interviews(call, organiser, programme.coder)
        persons = call("listPersons", organiser, query="?limit=2")["persons"]
        call("exportPerson", organiser, {"person": persons[0]["id"]})
        call("erasePerson", organiser, {"person": persons[0]["id"]}, {"reason": "asked"})
        call("changeProgramme", organiser, ours, {"retention_months": 24})
        call("getRetention", organiser, ours)
        call("listAudit", organiser, ours)
        call("verifyAudit", organiser, ours)
        self.call_anonymous(call, programme)
        jobs = call("listJobs", organiser)["jobs"]
        call("listJobRuns", organiser, {"job": jobs[0]["id"]})
        call("runJob", organiser, {"job": jobs[0]["id"]})
        call("retireInstrument", organiser, named)
        for name in ("getHealth", "getReadiness", "getProcessMetrics", "getDescription", "getInstrumentSchema"):
            call(name, Client(self.service))
        self.assertEqual(set(self.operations) - called, {"listenEvents"})  # its own test has it

    def call_anonymous(self, call, programme):
        study = programme.study("Anonymous", anonymity="anonymous")
        study.import_delegates(people_of(*["politics"] * 3, prefix="anonymous"))
        wave = study.wave("post", *programme.publish(load_anonymous_definition()))
        named = {"wave": wave.id}
        call("createInvitations", study.organiser, named)
        token = call("listInvitations", study.organiser, named, query="?tokens=1")["invitations"][0]["token"]
        call("sealInvitations", study.organiser, named)
        holder = Client(self.service, token)
        call("getReceipt", holder, {"evaluation": new_id()})
        call("submitEvaluation", holder, {**named, "evaluation": new_id()}, {"answers": post_answers()})
        call("getReceipt", holder, {"evaluation": new_id()})
        call("getResponseRates", study.organiser, {"study": study.id})
        call("closeWave", study.organiser, named)

    def call_interviews(self, call, organiser, coder):
        for kind, table in [("Codes", "code,label\nfood,Food\n"),
                            ("Interviews", "interview,email,sector,sequence,trips\nI1,i@example.org,state,1,A\n"),
                            ("Segments", "segment,interview,trip\ns1,I1,A\ns2,I1,\n"),
                            ("Codings", "coder,segment,code,sentiment\nA,s1,food,1\nB,s1,food,\n"),
                            ("Quotes", "quote,interview,code,approval\nq1,I1,food,pending\n")]:
            call("import" + kind, organiser, body=table.encode(), content_type="text/csv")
            call("list" + kind, coder, query="?limit=1")
        call("getInterviewSet", organiser)
        call("approveCode", organiser, body={"code": "food"})
        call("changeInterviewSet", organiser, body={"adjudicator": "B"})
        call("closeInterviews", organiser, body={"without_pending": True})

    def test_problems_are_as_described(self):
        schema = closed({"$ref": "#/components/schemas/Problem", "components": self.description["components"]})
        programme = Programme(self.service, "Problems")
        for reply in [Client(self.service).get("/v1/studies"), programme.organiser.get("/v1/studies/x"),
                      programme.organiser.call("POST", "/v1/studies", {"x": 1})]:
            jsonschema.Draft202012Validator(schema).validate(reply.json)

    def test_bodies_have_the_described_fields_and_no_others(self):
        programme = Programme(self.service, "Fields")
        ids = {name: new_id() for name in ("study", "participant", "wave", "job", "invitation", "key", "evaluation",
                                          "person", "mail")}
        ids.update(programme=programme.id, instrument="x", version=1, number=1)
        checked = 0
        for name, (method, pattern, operation) in self.operations.items():
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if schema is None:
                continue
            client = self.service.operator if name == "createProgramme" else programme.organiser
            path = pattern.format(**ids)
            with self.subTest(operation=name):
                reply = client.call(method, path, {"surely_unknown": 1})
                self.assertEqual(reply.status, 422, reply)
                codes = {error["pointer"]: error["code"] for error in reply.json["errors"]}
                self.assertEqual(codes.pop("/surely_unknown"), "unknown_field")
                self.assertEqual({pointer[1:] for pointer, code in codes.items() if code == "required"},
                                 set(schema.get("required", [])))
                for field, described in schema["properties"].items():
                    body = {field: sample(described), "surely_unknown": 1}
                    reply = client.call(method, path, body)
                    pointers = {error["pointer"] for error in reply.json["errors"] if error["code"] != "required"}
                    self.assertEqual(pointers, {"/surely_unknown"}, (body, reply))
                    checked += 1
        self.assertGreater(checked, 30)


if __name__ == "__main__":
    if shutil.which("npm") is None:
        print("npm is not installed")
        sys.exit(SKIPPED)
    main()

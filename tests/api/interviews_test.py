"""Interviews: codes, interviews, segments, codings and quotes; imported, listed, and loaded for the metrics."""

import concurrent.futures
import json
import os
import subprocess

from service import Programme, ServiceTest, main, people_of

LOADER = os.environ.get("DEBRIEFD_INTERVIEW_ROWS")

CODES = "code,label,trip_specific\nalpha,A,0\nbeta,B,0\ngamma,C,1\ndelta,never used,0\n"
INTERVIEWS = ("interview,person,sector,sequence,is_organiser,trips\n"
              "I1,b,politics,1,0,Five|Six\nI2,h,business,2,0,Six\nI3,g,politics,3,0,Six\n")
SEGMENTS = "segment,interview,trip\ns1,I1,Five\ns2,I1,\ns3,I2,\ns4,I3,Six\ns5,I3,\n"
CODINGS = ("segment,coder,code,sentiment\n"
           "s1,A,alpha,1\ns1,B,alpha,1\ns1,C,alpha,1\ns1,C,beta,-1\ns2,A,alpha,-1\ns2,B,beta,0\ns3,A,beta,-1\n"
           "s3,B,beta,-1\ns3,C,beta,-1\ns4,A,gamma,1\ns4,B,gamma,1\ns5,A,alpha,1\ns5,B,alpha,1\n")
QUOTES = "quote,interview,code,approval\nq1,I1,alpha,approved\nq2,I2,beta,pending\nq3,I3,gamma,declined\n"


def ndjson(*rows):
    return "\n".join(json.dumps(row) for row in rows).encode()


class InterviewsTest(ServiceTest):
    def programme(self, name):
        programme = Programme(self.service, name)
        self.studies = {trip: programme.study(trip) for trip in ("Five", "Six")}
        return programme

    def send(self, client, kind, body):
        if isinstance(body, str):
            return client.call("POST", f"/v1/{kind}:import", body.encode(), "text/csv")
        return client.call("POST", f"/v1/{kind}:import", body, "application/x-ndjson")

    def imported(self, client, kind, body):
        reply = self.send(client, kind, body)
        self.assertEqual(reply.status, 200, reply)
        return tuple(reply.json[name] for name in ("added", "changed", "unchanged"))

    def load(self, programme):
        for kind, body, count in [("codes", CODES, 4), ("interviews", INTERVIEWS, 3), ("segments", SEGMENTS, 5),
                                  ("codings", CODINGS, 13), ("quotes", QUOTES, 3)]:
            self.assertEqual(self.imported(programme.coder, kind, body), (count, 0, 0), kind)

    def faults(self, client, kind, body):
        reply = self.send(client, kind, body)
        self.assertEqual(reply.status, 422, reply)
        self.assertEqual(reply.headers.get_content_type(), "application/problem+json")
        return {error["pointer"] for error in reply.json["errors"]}

    def rows(self, programme, trip=None):
        """The metric rows of the codings in the database, by item and metric."""
        if LOADER is None:
            self.skipTest("DEBRIEFD_INTERVIEW_ROWS names no program")
        words = [LOADER, os.path.join(self.service.directory, "state", "cluster", "run"), programme.id]
        words += [trip] if trip else []
        if os.geteuid() == 0:
            words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] + words
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/", timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {tuple(line.split(",")[:2]): line.split(",")[2] for line in done.stdout.splitlines()}

    def test_imports_are_idempotent_and_listed(self):
        programme = self.programme("Listed")
        self.load(programme)
        for kind, body, count in [("codes", CODES, 4), ("interviews", INTERVIEWS, 3), ("segments", SEGMENTS, 5),
                                  ("codings", CODINGS, 13), ("quotes", QUOTES, 3)]:
            self.assertEqual(self.imported(programme.organiser, kind, body), (0, 0, count), kind)
        listed = {kind: programme.coder.made("GET", "/v1/" + kind) for kind in
                  ("codes", "interviews", "segments", "codings", "quotes")}
        self.assertEqual([one["code"] for one in listed["codes"]["codes"]], ["alpha", "beta", "delta", "gamma"])
        five, six = (self.studies[trip].id for trip in ("Five", "Six"))
        trips = {one["interview"]: set(one["trips"]) for one in listed["interviews"]["interviews"]}
        self.assertEqual(trips, {"I1": {five, six}, "I2": {six}, "I3": {six}})
        segments = {one["segment"]: (one["trip"], one["coders"]) for one in listed["segments"]["segments"]}
        self.assertEqual(segments["s1"], (five, ["A", "B", "C"]))
        self.assertEqual(segments["s2"], (None, ["A", "B"]))
        self.assertEqual(len(listed["codings"]["codings"]), 13)
        self.assertEqual({one["quote"]: one["approval"] for one in listed["quotes"]["quotes"]},
                         {"q1": "approved", "q2": "pending", "q3": "declined"})
        for kind in listed:
            self.assertIsNone(listed[kind]["next"], kind)

    def test_pages_go_on_where_the_last_one_ended(self):
        programme = self.programme("Paged")
        self.load(programme)
        for kind, limit in [("codes", 3), ("interviews", 2), ("segments", 2), ("codings", 2), ("quotes", 1)]:
            whole = programme.coder.made("GET", f"/v1/{kind}?limit=1000")[kind]
            found, after = [], ""
            while after is not None:
                page = programme.coder.made("GET", f"/v1/{kind}?limit={limit}" + (f"&after={after}" if after else ""))
                found += page[kind]
                after = page["next"]
            self.assertEqual(found, whole, kind)

    def test_lines_of_json(self):
        programme = self.programme("Lines")
        client = programme.coder
        five = self.studies["Five"].id
        self.assertEqual(self.imported(client, "codes", ndjson({"code": "å b", "trip_specific": True}) + b"\n\n"),
                         (1, 0, 0))
        self.assertEqual(self.imported(client, "interviews", ndjson(
            {"interview": "I1", "email": "One@Example.org", "sector": "state", "sequence": 1, "trips": [five, "Six"]})),
            (1, 0, 0))
        self.assertEqual(self.imported(client, "segments", ndjson(
            {"segment": "s1", "interview": "I1", "trip": None}, {"segment": "s2", "interview": "I1", "trip": five})),
            (2, 0, 0))
        self.assertEqual(self.imported(client, "codings", ndjson(
            {"coder": "A", "segment": "s1", "code": "å b", "sentiment": -1},
            {"coder": "A", "segment": "s2"},
            {"coder": "B", "segment": "s1", "code": "å b", "sentiment": None})), (3, 0, 0))
        found = {(one["coder"], one["segment"]): one["sentiment"] for one in client.made("GET", "/v1/codings")["codings"]}
        self.assertEqual(found, {("A", "s1"): -1, ("B", "s1"): None})

    def test_codings_are_dated_and_withdrawn(self):
        programme = self.programme("Dated")
        self.load(programme)
        change = "coder,segment,code,sentiment,withdrawn\nA,s1,alpha,0,\nB,s2,beta,,yes\nA,s3,beta,-1,no\nA,s3,alpha,1,\n"
        self.assertEqual(self.imported(programme.coder, "codings", change), (1, 2, 1))
        self.assertEqual(self.imported(programme.coder, "codings", change), (0, 0, 4))
        rows = self.service.sql(f"SELECT coder, segment, code, sentiment, valid_until = 'infinity' FROM debrief.coding "
                                f"WHERE programme_id = '{programme.id}' AND (segment, coder) IN (('s1', 'A'), ('s2', 'B')) "
                                f"ORDER BY segment, valid_from")
        self.assertEqual(rows, [["A", "s1", "alpha", "1", "f"], ["A", "s1", "alpha", "0", "t"],
                                ["B", "s2", "beta", "0", "f"]])
        again = "coder,segment,code,sentiment\nB,s2,beta,0\n"
        self.assertEqual(self.imported(programme.coder, "codings", again), (1, 0, 0))

    def test_bare_rows_assign(self):
        programme = self.programme("Assigned")
        self.load(programme)
        body = "coder,segment,code\nC,s2,\nC,s4,\nA,s1,\n"
        self.assertEqual(self.imported(programme.coder, "codings", body), (2, 0, 1))
        self.assertEqual(self.imported(programme.coder, "codings", body), (0, 0, 3))

    def test_interviews_change(self):
        programme = self.programme("Changing")
        self.load(programme)
        moved = ("interview,person,sector,sequence,is_organiser,trips\nI1,b,politics,1,0,Six\nI2,h,state,2,1,Six\n"
                 "I3,g,politics,3,0,Six\n")
        self.assertEqual(self.imported(programme.coder, "interviews", moved), (0, 2, 1))
        self.assertEqual(self.imported(programme.coder, "interviews", moved), (0, 0, 3))
        self.assertEqual(self.imported(programme.coder, "interviews", INTERVIEWS), (0, 2, 1))
        self.assertEqual(self.imported(programme.coder, "quotes", QUOTES.replace("pending", "approved")), (0, 1, 2))

    def test_an_interviewee_is_the_delegate(self):
        programme = self.programme("People")
        people = people_of("politics", "business", prefix="interviewed")
        self.studies["Six"].import_delegates(people)
        known = {one["sector"]: one["person"] for one in self.studies["Six"].delegates()}
        body = ("interview,email,sector,sequence\n"
                f"I1,{people[0][1].upper()},politics,1\nI2,nobody@example.org,state,2\n")
        self.assertEqual(self.imported(programme.coder, "interviews", body), (2, 0, 0))
        found = {one["interview"]: one["person"] for one in programme.coder.made("GET", "/v1/interviews")["interviews"]}
        self.assertEqual(found["I1"], known["politics"])
        self.assertNotIn(found["I2"], known.values())
        names = self.service.sql(f"SELECT name FROM identity.person WHERE programme_id = '{programme.id}' ORDER BY 1")
        self.assertEqual(names, [[""]] + sorted([person[0]] for person in people))

    def test_every_fault_is_told_and_nothing_is_stored(self):
        programme = self.programme("Faults")
        self.load(programme)
        before = {kind: programme.coder.made("GET", "/v1/" + kind)[kind] for kind in
                  ("codes", "interviews", "segments", "codings", "quotes")}
        for kind, body, pointers in [
                ("codes", "code,label\nnew,x\nnew,y\n", {"/3"}),
                ("codes", "label\nx\n", {"/1", "/2/code"}),
                ("codes", "code,shoe\nnew,44\n", {"/1/shoe"}),
                ("codes", "code,trip_specific\nnew,maybe\n", {"/2/trip_specific"}),
                ("codes", "code\n" + "x" * 201 + "\n", {"/2/code"}),
                ("codes", ndjson({"code": "new"}, {"code": 5}, {"label": "x"}), {"/2/code", "/3/code"}),
                ("codes", ndjson({"code": "new", "Label": "x"}), {"/1/Label"}),
                ("codes", b'{"code":"new","code":"two"}\n[1]\n{"code":', {"/1/", "/2/", "/3/"}),
                ("interviews", "interview,person,sector,sequence\nI9,p,church,1\n", {"/2"}),
                ("interviews", "interview,person,sector,sequence\nI9,,state,1\nI8,p,state,x\n",
                 {"/2/email", "/3/sequence"}),
                ("interviews", "interview,person,sector,sequence,trips\nI9,p,state,1,Seven\n", {"/2"}),
                ("interviews", ndjson({"interview": "I9", "person": "p", "sector": "state", "sequence": 1,
                                       "trips": "Six"}), {"/1/trips"}),
                ("interviews", ndjson({"interview": "I9", "person": "p", "sector": "state", "sequence": 1.5}),
                 {"/1/sequence"}),
                ("segments", "segment,interview\ns9,I9\ns8,I1\n", {"/2"}),
                ("segments", "segment,interview,trip\ns9,I1,Nowhere\ns9,I1,\n", {"/2", "/3"}),
                ("codings", "coder,segment,code,sentiment\nA,s9,alpha,1\nA,s1,omega,1\nA,s5,beta,2\n",
                 {"/4/sentiment"}),
                ("codings", "coder,segment,code,sentiment\nA,s9,alpha,1\nA,s1,omega,1\nA,s5,beta,1\n", {"/2", "/3"}),
                ("codings", "coder,segment,code,sentiment\nA,s5,,1\nA,s5,beta,1\nA,s5,beta,0\n", {"/2", "/4"}),
                ("quotes", "quote,interview,code,approval\nq9,I1,alpha,perhaps\n", {"/2/approval"}),
                ("quotes", "quote,interview,code,approval\nq9,I9,alpha,approved\nq8,I1,omega,approved\n", {"/2", "/3"}),
        ]:
            with self.subTest(kind=kind, body=body[:70]):
                self.assertLessEqual(pointers, self.faults(programme.coder, kind, body))
        for body in (b"code\n\xff\xfe\n", b"code\nA\x00B\n"):
            reply = programme.coder.call("POST", "/v1/codes:import", body, "text/csv")
            self.assertEqual(reply.status, 422, reply)
            json.loads(reply.body.decode())
        self.assertEqual(programme.coder.call("POST", "/v1/codes:import", {"code": "new"}).status, 415)
        self.assertIn("", self.faults(programme.coder, "codes", "code\n" + "".join(f"c{i}\n" for i in range(10001))))
        for kind, rows in before.items():
            self.assertEqual(programme.coder.made("GET", "/v1/" + kind)[kind], rows, kind)

    def test_who_may(self):
        programme = self.programme("Roles")
        self.load(programme)
        for role, imports, lists, codings in [("organiser", 200, 200, 403), ("coder", 200, 200, 200),
                                              ("analyst", 403, 200, 200), ("dashboard", 403, 403, 403)]:
            client = getattr(programme, role)
            self.assertEqual(self.send(client, "codes", CODES).status, imports, role)
            self.assertEqual(client.get("/v1/interviews").status, lists, role)
            self.assertEqual(client.get("/v1/codings").status, codings, role)
        other = Programme(self.service, "Another")
        self.assertEqual(other.coder.made("GET", "/v1/codings")["codings"], [])
        self.assertEqual(self.send(other.coder, "segments", SEGMENTS).status, 422)

    def test_the_adjudicator_is_set(self):
        programme = self.programme("Adjudicated")
        self.assertEqual(programme.coder.made("GET", "/v1/interview_set"),
                         {"adjudicator": "A", "changed_at": None, "closed_at": None})
        set_to = programme.coder.made("PUT", "/v1/interview_set", {"adjudicator": "B"})
        self.assertEqual(set_to["adjudicator"], "B")
        self.assertEqual(programme.coder.made("PUT", "/v1/interview_set", {"adjudicator": "B"}), set_to)
        self.assertEqual(programme.coder.made("GET", "/v1/interview_set"), set_to)
        self.load(programme)
        rows = self.rows(programme)
        self.assertEqual(rows["beta", "int.count"], "2")
        programme.coder.made("PUT", "/v1/interview_set", {"adjudicator": "A"})
        self.assertEqual(self.rows(programme)["beta", "int.count"], "1")

    def test_the_metrics_of_what_was_imported(self):
        """The hand-checked values of the same data as tidy files."""
        programme = self.programme("Metrics")
        self.load(programme)
        rows = self.rows(programme)
        for key, value in {("", "interviewees"): "3", ("alpha", "int.count"): "2", ("alpha", "int.quantifier"): "2 av 3",
                           ("alpha", "int.disagreement"): "0.5", ("*", "int.saturation.03"): "3",
                           ("delta", "int.k_alpha"): "zero_var", ("*", "quote.publishable"): "1"}.items():
            self.assertEqual(rows[key], value, key)
        self.assertAlmostEqual(float(rows["alpha", "int.k_alpha"]), 0.6944444444444444, 8)
        self.assertAlmostEqual(float(rows["*", "int.k_alpha_masi"]), 0.6014492753623188, 8)
        five = self.rows(programme, self.studies["Five"].id)
        self.assertEqual((five["alpha", "int.count"], five["alpha", "int.prevalence"]), ("1", "1"))
        self.assertEqual(self.rows(programme, self.studies["Six"].id)["alpha", "int.prevalence"], "0")
        self.assertEqual(self.rows(Programme(self.service, "Empty")), {})

    def test_imports_at_the_same_time_leave_one_history(self):
        programme = self.programme("Contended")
        self.load(programme)

        def change(turn):
            body = "".join(f"A,s{i},alpha,{turn % 3 - 1}\n" for i in range(1, 6))
            return self.send(programme.coder, "codings", "coder,segment,code,sentiment\n" + body).status

        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            self.assertEqual(set(pool.map(change, range(40))), {200})
        rows = self.service.sql(f"""
            SELECT count(*) FILTER (WHERE valid_from >= valid_until), count(*) FILTER (WHERE valid_from < earlier),
                   count(*) FILTER (WHERE valid_until = 'infinity')
            FROM (SELECT c.*, lag(valid_until) OVER (PARTITION BY segment ORDER BY valid_from) AS earlier
                  FROM debrief.coding c WHERE programme_id = '{programme.id}' AND coder = 'A' AND code = 'alpha') h""")
        self.assertEqual(rows, [["0", "0", "5"]])

    def test_imports_are_in_the_audit_trail(self):
        programme = self.programme("Audited")
        self.load(programme)
        rows = self.service.sql(f"SELECT record::jsonb ->> 'action' FROM debrief.audit_record "
                                f"WHERE programme_id = '{programme.id}'")
        self.assertLessEqual({"codes.imported", "interviews.imported", "segments.imported", "codings.imported",
                              "quotes.imported"}, {row[0] for row in rows})


if __name__ == "__main__":
    main()

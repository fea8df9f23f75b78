"""Releasing interviews: closing them, what of them is told, quotes, and taking an approval back."""

import csv
import io

from service import NIL, Programme, ServiceTest, await_true, load_definition, main, people_of, post_answers

CODES = "code,label,trip_specific\ncommon,Said by most,0\nrare,Said by two,0\nalone,Said by one,0\nflight,Of a trip,1\n"
PEOPLE = 12
QUOTES = [  # quote, interview, code, approval, text
    ("q1", "I01", "common", "approved", "It was good."),
    ("q2", "I02", "common", "approved", "=It was good, too."),
    ("q3", "I03", "common", "declined", "Do not print this."),
    ("q4", "I04", "common", "approved", ""),
    ("q5", "I02", "alone", "approved", "Only I say this."),
    ("q6", "I13", "common", "approved", "The organiser says so."),
]


def table(header, rows):
    text = io.StringIO()
    csv.writer(text).writerows([header.split(",")] + list(rows))
    return text.getvalue().encode()


class InterviewReleaseTest(ServiceTest):
    def imports(self, client, kind, header, rows):
        reply = client.call("POST", f"/v1/{kind}:import", table(header, rows), "text/csv")
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def quotes(self, client, rows):
        return client.call("POST", "/v1/quotes:import", table("quote,interview,code,approval,text", rows), "text/csv")

    def programme(self, name, people=PEOPLE):
        """Eleven interviewees raise a common theme, all of them for it; two a rare one; one is alone with one; six say
        something of the trip. The thirteenth is the organiser."""
        programme = Programme(self.service, name)
        self.study = programme.study("Trip")
        coder = programme.coder
        names = [f"I{i:02}" for i in range(1, people + 1)] + ["I13"]
        self.assertEqual(coder.call("POST", "/v1/codes:import", CODES.encode(), "text/csv").status, 200)
        self.imports(coder, "interviews", "interview,person,sector,sequence,is_organiser,trips",
                     [(one, "p" + one, "politics", i, int(one == "I13"), "Trip") for i, one in enumerate(names)])
        self.imports(coder, "segments", "segment,interview,trip",
                     [(one + "-a", one, "") for one in names] + [(one + "-b", one, "Trip") for one in names])
        codings = [("A", one + "-a", "common", 1) for one in names if one != "I12"]
        codings += [("A", one + "-a", "rare", -1) for one in ("I01", "I05", "I13")] + [("A", "I02-a", "alone", "")]
        codings += [("A", one + "-b", "flight", 0) for one in names[:6]]
        self.imports(coder, "codings", "coder,segment,code,sentiment", codings)
        self.assertEqual(self.quotes(coder, QUOTES).status, 200)
        return programme

    def close(self, programme, **given):
        return programme.organiser.call("POST", "/v1/interview_set:close", given)

    def released(self, programme, client=None):
        """The programme's interview rows, by item and metric, once there are some."""
        path = f"/v1/programmes/{programme.id}/metrics?family=interview"
        await_true(lambda: (client or programme.dashboard).made("GET", path)["metrics"], "the interviews to be released")
        rows = programme.dashboard.made("GET", path)["metrics"]
        self.assertEqual({(row["study"], row["wave"], row["slice"]) for row in rows}, {(None, "int", "all")})
        return {(row["item"], row["metric"]): row["value"] for row in rows}

    def explained(self, client, study):
        items = client.made("GET", f"/v1/studies/{study}/releases:explain")["items"]
        return {(one["item"], metric["metric"]): (metric["outcome"], metric["rule"])
                for one in items if one["family"] == "interview" for metric in one["metrics"]}

    def await_explained(self, programme, rule):
        await_true(lambda: self.explained(programme.organiser, NIL).get(("common", "int.count")) == rule,
                   "the explanation")

    def test_nothing_is_released_before_they_are_closed(self):
        programme = self.programme("Open")
        self.await_explained(programme, ("held_back", "open"))
        explained = self.explained(programme.organiser, NIL)
        self.assertEqual(explained["", "interviewees"], ("held_back", "open"))
        self.assertEqual(explained["common", "int.mentions"], ("internal", None))
        self.assertEqual(programme.dashboard.made("GET", f"/v1/programmes/{programme.id}/metrics")["metrics"], [])

    def test_what_is_told_and_why(self):
        programme = self.programme("Told")
        self.assertEqual(programme.organiser.made("POST", "/v1/codes:approve", {"code": "rare"})["approved"], True)
        self.assertEqual(self.close(programme).status, 200)
        rows = self.released(programme)
        self.assertEqual(rows["", "interviewees"], 12)
        self.assertEqual(rows["common", "int.count"], 10)  # eleven did
        self.assertEqual(rows["common", "int.quantifier"], "en övervägande del")
        self.assertEqual(rows["common", "int.balance"], 0.8)
        self.assertEqual(rows["rare", "int.count"], 2)
        self.assertIsNone(rows["rare", "int.balance"])
        quotes = {key: value for key, value in rows.items() if key[1].startswith("quote.0")}
        self.assertEqual(set(quotes.values()), {"It was good.", "=It was good, too.", "Only I say this."})
        self.assertEqual(quotes["*", "quote.01"], "Only I say this.")  # of a theme that is not named
        self.assertEqual(rows["*", "quote.publishable"], 3)
        self.assertEqual({key[0] for key in rows}, {"", "common", "rare", "*"})
        metrics = {key[1].split(".")[0] + "." + key[1].split(".")[-1] for key in rows}
        self.assertEqual(metrics & {"int.mentions", "int.k_alpha", "int.chao2", "quote.pending", "quote.approval_rate"},
                         set())
        explained = self.explained(programme.organiser, NIL)
        self.assertEqual(explained["common", "int.count"], ("shown", None))
        self.assertEqual(explained["rare", "int.balance"], ("held_back", "k"))
        self.assertEqual(explained["alone", "int.count"], ("held_back", "approval"))
        self.assertEqual(explained["flight", "int.count"], ("held_back", "elsewhere"))
        self.assertEqual(explained["common", "int.k_alpha"], ("internal", None))
        self.assertEqual(explained["common", "quote.01"], ("shown", None))

    def test_every_way_of_reading(self):
        programme = self.programme("Read")
        self.close(programme)
        rows = self.released(programme)
        path = f"/v1/programmes/{programme.id}/metrics.csv?family=interview"
        text = programme.dashboard.get(path).body.decode()
        self.assertIn('"\'=It was good, too."', text)
        wide = programme.dashboard.get(path + "&layout=wide").body.decode().splitlines()
        self.assertIn('"quote.01"', wide[0])
        self.assertEqual(len(wide), 1 + len({key[0] for key in rows}))
        dash = self.service.sql(f"SELECT item, metric, text_value FROM dash.metric WHERE programme_id = '{programme.id}' "
                                f"AND study_id = '{NIL}' AND metric LIKE 'quote.0%'", "debriefd_dash")
        self.assertEqual(len(dash), 3)
        own = f"/v1/studies/{NIL}"
        release = programme.dashboard.made("GET", own + "/releases")["releases"][0]
        then = programme.dashboard.made("GET", f"{own}/metrics?as_of={release['released_at']}&metric=quote.01")
        self.assertEqual({row["item"] for row in then["metrics"]}, {"common", "*"})
        reply = programme.organiser.call("POST", f"{own}/releases/1:withdraw", {"reason": "wrong"})
        self.assertEqual(reply.status, 200, reply)
        await_true(lambda: programme.dashboard.made("GET", own + "/metrics")["metrics"] == [], "the withdrawal")
        self.assertEqual(programme.organiser.made("POST", own + "/releases:resume")["on_hold"], False)
        again = self.released(programme)
        self.assertEqual(again, rows)

    def test_nothing_changes_after_closing(self):
        programme = self.programme("Closed")
        closed = self.close(programme)
        self.assertIsNotNone(closed.json["closed_at"])
        self.assertEqual(self.close(programme).json, closed.json)
        coder = programme.coder
        for kind, header, row in [("codes", "code,label", "new,New"), ("segments", "segment,interview", "s99,I01"),
                                  ("interviews", "interview,person,sector,sequence", "I99,px,state,99"),
                                  ("codings", "coder,segment,code", "A,I01-a,alone"),
                                  ("quotes", "quote,interview,code,approval", "q9,I01,common,approved"),
                                  ("quotes", "quote,interview,code,approval", "q3,I03,common,approved"),
                                  ("quotes", "quote,interview,code,approval,text", "q1,I01,common,approved,Else."),
                                  ("quotes", "quote,interview,code,approval", "q1,I02,common,declined")]:
            reply = coder.call("POST", f"/v1/{kind}:import", f"{header}\n{row}\n".encode(), "text/csv")
            self.assertEqual((reply.status, reply.json["type"]), (409, "/problems/interviews-closed"), (kind, row))
        for client, path, body in [(coder, "/v1/interview_set", {"adjudicator": "B"}),
                                   (programme.organiser, "/v1/codes:approve", {"code": "rare"})]:
            reply = client.call("PUT" if path.endswith("set") else "POST", path, body)
            self.assertEqual((reply.status, reply.json["type"]), (409, "/problems/interviews-closed"), path)
        same = self.quotes(coder, QUOTES)
        self.assertEqual(same.json, {"added": 0, "changed": 0, "unchanged": len(QUOTES)})
        acts = self.service.sql(f"SELECT record::jsonb ->> 'action' FROM debrief.audit_record "
                                f"WHERE programme_id = '{programme.id}'")
        self.assertEqual(acts.count(["interviews.closed"]), 1)

    def test_closing_is_the_organisers_and_on_purpose(self):
        programme = Programme(self.service, "Purpose")
        self.assertEqual(self.close(programme).status, 409)  # nothing to close
        programme = self.programme("Purpose too")
        for client in (programme.coder, programme.analyst, programme.dashboard):
            self.assertEqual(client.call("POST", "/v1/interview_set:close", {}).status, 403)
            self.assertEqual(client.call("POST", "/v1/codes:approve", {"code": "rare"}).status, 403)
        self.assertEqual(self.quotes(programme.coder, [("q7", "I07", "common", "pending", "Perhaps.")]).status, 200)
        reply = self.close(programme)
        self.assertEqual((reply.status, reply.json["type"]), (409, "/problems/quotes-pending"))
        self.assertEqual(self.close(programme, without_pending=True).status, 200)
        self.assertNotIn("Perhaps.", self.released(programme).values())

    def test_an_approval_is_of_the_codings_it_was_given_for(self):
        programme = self.programme("Approved")
        approve = lambda code: programme.organiser.call("POST", "/v1/codes:approve", {"code": code})
        self.assertEqual(approve("none").status, 422)
        self.imports(programme.coder, "codes", "code", [("unsaid",)])
        self.assertEqual(approve("unsaid").status, 409)
        self.assertEqual(approve("alone").status, 200)
        self.assertEqual(approve("rare").status, 200)
        self.imports(programme.coder, "codings", "coder,segment,code", [("A", "I09-a", "alone")])
        listed = {one["code"]: one["approved"] for one in programme.organiser.made("GET", "/v1/codes")["codes"]}
        self.assertEqual((listed["alone"], listed["rare"]), (False, True))
        self.imports(programme.coder, "segments", "segment,interview,trip", [("I05-a", "I06", "")])
        listed = {one["code"]: one["approved"] for one in programme.organiser.made("GET", "/v1/codes")["codes"]}
        self.assertEqual(listed["rare"], False)

    def test_an_approval_that_is_taken_back_leaves_history_too(self):
        programme = self.programme("Retracted")
        self.close(programme)
        before = self.released(programme)
        self.assertIn("It was good.", before.values())
        reply = self.quotes(programme.coder, [("q1", "I01", "common", "declined", "")])
        self.assertEqual(reply.json["changed"], 1, reply)
        for path in (f"/v1/studies/{NIL}/metrics?as_of=2999-01-01T00:00:00Z", f"/v1/studies/{NIL}/metrics"):
            await_true(lambda p=path: "It was good." not in
                       {row["value"] for row in programme.dashboard.made("GET", p)["metrics"]}, "the quote to be gone")
        stored = self.service.sql(f"SELECT count(*) FROM debrief.release_metric WHERE programme_id = '{programme.id}' "
                                  f"AND text_value = 'It was good.'")
        self.assertEqual(stored, [["0"]])
        rows = self.released(programme)
        self.assertEqual(set(rows), set(before))
        self.assertIn("=It was good, too.", rows.values())
        explained = self.explained(programme.organiser, NIL)
        self.assertIn(("held_back", "retracted"), explained.values())
        self.assertEqual(self.quotes(programme.coder, [("q1", "I01", "common", "approved", "")]).status, 409)

    def test_who_is_erased_takes_their_quote_along(self):
        programme = self.programme("Erased")
        self.close(programme)
        before = self.released(programme)
        listed = programme.coder.made("GET", "/v1/interviews")["interviews"]
        person = next(one["person"] for one in listed if one["interview"] == "I01")
        programme.organiser.made("POST", f"/v1/persons/{person}:erase", {"reason": "asked by letter"})
        path = f"/v1/studies/{NIL}/metrics?as_of=2999-01-01T00:00:00Z&family=interview"
        await_true(lambda: "It was good." not in
                   {row["value"] for row in programme.dashboard.made("GET", path)["metrics"]}, "the quote to be gone")
        stored = self.service.sql(f"SELECT count(*) FROM debrief.release_metric WHERE programme_id = '{programme.id}' "
                                  f"AND text_value = 'It was good.'")
        self.assertEqual(stored, [["0"]])
        after = self.released(programme)
        self.assertEqual({key for key in before if before[key] != after[key]}, {key for key in before
                         if before[key] == "It was good."})

    def test_few_interviewees_tell_nothing(self):
        programme = self.programme("Few", people=7)
        self.close(programme)
        rows = self.released(programme)
        self.assertEqual({key[0] for key in rows}, {"", "*"})  # themes need ten, quotes their approval
        self.assertEqual(self.explained(programme.organiser, NIL)["common", "int.count"], ("held_back", "approval"))

    def test_a_trip_tells_its_own_themes(self):
        programme = self.programme("Trip")
        self.study.import_delegates(people_of(*["politics"] * 6))
        wave = self.study.wave("post", *programme.publish(load_definition("post")))
        for token in wave.invite().values():
            wave.submit_good(token, post_answers())
        wave.close()
        self.study.await_settled()
        self.assertEqual([row for row in self.study.metrics()["metrics"] if row["family"] == "interview"], [])
        self.close(programme)
        path = "?family=interview"
        await_true(lambda: self.study.metrics(query=path)["metrics"], "the trip's themes")
        rows = {(row["item"], row["metric"]): row["value"] for row in self.study.metrics(query=path)["metrics"]}
        self.assertEqual(rows, {("", "interviewees"): 12, ("flight", "int.count"): 6, ("flight", "int.prevalence"): 0.5})
        explained = self.explained(programme.organiser, self.study.id)
        self.assertEqual(explained["common", "int.count"], ("held_back", "elsewhere"))
        self.assertEqual(explained["flight", "int.count"], ("shown", None))


if __name__ == "__main__":
    main()

"""Releases as such: withdrawing a wrong one, their history, the forms they are read in, and why each metric is shown or
held back. What explanations say is compared with the independent model of disclosure_test.py."""

import csv
import io
import json
import random
import threading
import time
import urllib.parse

import disclosure_test
from disclosure_test import FAMILIES, K, SECTORS, Model, draw_answers
from events_test import Stream
from service import (Client, Programme, ServiceTest, await_true, load_definition, main, new_id, people_of,
                     post_answers)

LONG = ["family", "wave", "slice", "item", "metric", "value", "null_reason", "n", "N", "low", "high", "unit", "method",
        "version"]
WIDE = ["family", "wave", "item", "slice"]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"]


def tables(text):
    return list(csv.DictReader(io.StringIO(text.decode("utf-8"), newline="")))


class ReleaseTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Releases", sectors=SECTORS)
        cls.other = Programme(cls.service, "Others", sectors=SECTORS)
        cls.instrument = cls.programme.publish(load_definition("post"))
        cls.random = random.Random(20261123)

    def released(self, name, members=("politics",) * 11 + ("business",) * 6, later=5):
        """A study whose first release is without the last `later` of its delegation."""
        study = self.programme.study(name)
        study.import_delegates(people_of(*members, prefix=new_id()[:8]))
        wave = study.wave("post", *self.instrument)
        sectors = {one["id"]: one["sector"] for one in study.delegates()}
        people = sorted(sectors, key=lambda one: (SECTORS.index(sectors[one]), one))
        study.late = people[:later]
        self.answer(wave, people[later:])
        wave.close()
        study.await_settled()
        self.assertEqual(self.numbers(study), [1])
        study.wave_of = wave
        return study

    def answer(self, wave, people, query="", value=4):
        lines = [{"id": new_id(), "participant": one, "evaluation": {"answers": post_answers(value)}} for one in people]
        self.assertEqual({one["outcome"] for one in wave.import_lines(lines, query)}, {"new"})

    def release_again(self, study):
        self.answer(study.wave_of, study.late, "?late=1", 2)
        study.await_settled()

    def releases(self, study, query=""):
        return self.programme.dashboard.made("GET", study.path + "/releases" + query)

    def numbers(self, study):
        return [one["number"] for one in self.releases(study)["releases"]]

    def withdraw(self, study, number, reason="Counted twice", client=None):
        return (client or self.programme.organiser).call("POST", f"{study.path}/releases/{number}:withdraw",
                                                         {"reason": reason})

    def resume(self, study, client=None):
        return (client or self.programme.organiser).call("POST", study.path + "/releases:resume")

    def await_withdrawn(self, study):
        """What is kept rendered goes when the notification comes."""
        await_true(lambda: study.metrics()["withdrawn_at"], "the withdrawal to be seen", 5)

    def audited(self, study, action):
        return self.service.sql(f"SELECT record::jsonb -> 'detail' FROM debrief.audit_record WHERE record::jsonb ->> 'action' "
                                f"= '{action}' AND record::jsonb -> 'detail' ->> 'study' = '{study.id}'")

    def test_a_withdrawn_release_shows_its_reason_and_no_number(self):
        study = self.released("Withdrawn")
        self.release_again(study)
        first, second = self.releases(study)["releases"]
        rows = study.metrics()["metrics"]
        self.assertTrue(rows)
        dashboard = self.programme.dashboard
        seen = dashboard.get(study.path + "/metrics")
        stream = Stream(self.service, dashboard.credential, f"/v1/programmes/{self.programme.id}/events")
        self.addCleanup(stream.close)
        await_true(lambda: "retry: " in stream.text(), "the stream to begin")
        reason = "Statens svar räknades två gånger; \"allt\" är fel.\n" + "å" * 450
        answer = self.withdraw(study, 2, reason)
        self.assertEqual(answer.status, 200, answer)
        withdrawn = answer.json
        self.assertEqual((withdrawn["number"], withdrawn["withdrawn_reason"], withdrawn["on_hold"]), (2, reason, True))
        told = await_true(lambda: [one for one in stream.events() if one[1] == "withdrawn"], "the event", 5)
        self.assertEqual([one[2] for one in told], [{"study": study.id, "release": 2, "reason": reason}])
        self.await_withdrawn(study)

        state = {"programme": self.programme.id, "study": study.id, "release": 2, "released_at": second["released_at"],
                 "withdrawn_at": withdrawn["withdrawn_at"], "withdrawn_reason": reason, "metrics": []}
        for query in ("", "?family=response", "?item=OVERALL&slice=all", "?metric=n", "?as_of=2100-01-01T00:00:00Z",
                      "?as_of=" + second["released_at"]):
            for client in (dashboard, self.programme.analyst, self.programme.organiser, self.programme.coder):
                self.assertEqual(study.metrics(client, query), state, query)
        again = dashboard.get(study.path + "/metrics", If_None_Match=seen.headers["ETag"])
        self.assertEqual((again.status, again.json), (200, state))
        for query in ("", "?layout=wide", "?layout=long", "?item=OVERALL", "?as_of=2100-01-01T00:00:00Z"):
            refused = dashboard.get(study.path + "/metrics.csv" + query)
            self.assertEqual((refused.status, refused.json["type"]), (410, "/problems/release-withdrawn"))
            self.assertEqual(refused.json["detail"], "release 2 was withdrawn: " + reason)
        # History before it stands: it was not wrong.
        past = study.metrics(query="?as_of=" + first["released_at"])
        self.assertEqual((past["release"], past["withdrawn_at"]), (1, None))
        self.assertTrue(past["metrics"])
        whole = dashboard.made("GET", f"/v1/programmes/{self.programme.id}/metrics")
        self.assertFalse([row for row in whole["metrics"] if row["study"] == study.id])
        self.assertEqual([one for one in whole["withdrawn"] if one["study"] == study.id],
                         [{"study": study.id, "study_name": "Withdrawn", "release": 2, "withdrawn_reason": reason,
                           "released_at": second["released_at"], "withdrawn_at": withdrawn["withdrawn_at"]}])
        self.assertNotIn(study.id.encode(), dashboard.get(f"/v1/programmes/{self.programme.id}/metrics.csv").body)
        self.assertEqual(self.releases(study)["releases"],
                         [first, {name: withdrawn[name] for name in second}])
        self.assertTrue(self.releases(study)["on_hold"])
        # The analyst's own rows are the study's, not the release's.
        self.assertTrue(study.internal())

        views = lambda text: self.service.sql(text, role="debriefd_dash")
        self.assertEqual(views(f"SELECT * FROM dash.metric WHERE study_id = '{study.id}'"), [])
        history = views(f"SELECT release, withdrawn_reason, withdrawn_at IS NULL, is_newest FROM dash.release "
                        f"WHERE study_id = '{study.id}' ORDER BY release")
        self.assertEqual(history, [["1", "", "t", "f"], ["2", reason, "f", "t"]])
        kept = self.service.sql(f"SELECT count(*) > 0 FROM debrief.release_metric WHERE study_id = '{study.id}' AND "
                                f"number = 2")
        self.assertEqual(kept, [["t"]])
        self.assertEqual([json.loads(row[0]) for row in self.audited(study, "release.withdrawn")],
                         [{"study": study.id, "release": 2, "reason": reason}])

    def test_nothing_takes_its_place_before_an_organiser_says_so(self):
        study = self.released("Held")
        self.assertEqual(self.withdraw(study, 1).status, 200)
        self.release_again(study)
        refresh = study.job("refresh")
        self.programme.organiser.made("POST", f"/v1/jobs/{refresh['id']}:run")
        for delegate in study.delegates()[:2]:  # a change of the frame computes everything anew
            self.programme.organiser.made("PATCH", f"{study.path}/delegates/{delegate['id']}", {"travelled": False})
        study.await_settled()
        time.sleep(1)
        self.assertEqual(self.numbers(study), [1])
        state = study.metrics()
        self.assertEqual((state["release"], state["metrics"]), (1, []))
        held = self.releases(study)["releases"][0]["withdrawn_at"]
        for client, status in [(self.programme.dashboard, 403), (self.programme.analyst, 403), (self.other.organiser, 404),
                               (self.service.operator, 403), (Client(self.service), 401)]:
            self.assertEqual(self.resume(study, client).status, status)
        self.assertTrue(self.releases(study)["on_hold"])
        for _ in range(2):
            answer = self.resume(study)
            self.assertEqual((answer.status, answer.json["on_hold"]), (200, False), answer)
        study.await_settled()
        self.assertEqual(self.numbers(study), [1, 2])
        await_true(lambda: study.metrics()["release"] == 2, "the release", 5)
        self.assertIsNone(study.metrics()["withdrawn_at"])
        self.assertTrue(study.metrics()["metrics"])
        between = study.metrics(query="?as_of=" + held)
        self.assertEqual((between["release"], between["metrics"]), (1, []))
        self.assertEqual(len(self.audited(study, "releases.resumed")), 1)
        self.assertEqual(self.resume(study).json["number"], 2)

    def test_what_is_computed_during_a_withdrawal_waits_too(self):
        study = self.released("Meanwhile")
        withdrawing = threading.Thread(target=self.service.sql, args=(
            f"BEGIN; UPDATE debrief.release SET withdrawn_at = now(), withdrawn_reason = 'Wrong' WHERE study_id = "
            f"'{study.id}'; SELECT pg_sleep(1.5); COMMIT",))
        withdrawing.start()
        locked = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        await_true(lambda: self.service.sql(locked) == [["t"]], "the withdrawal to begin")
        self.release_again(study)
        withdrawing.join()
        self.assertEqual(self.numbers(study), [1])
        self.assertTrue(self.releases(study)["on_hold"])

    def test_views_show_every_family_and_history(self):
        study = self.released("Views")
        self.release_again(study)
        rows = self.service.sql("SELECT family, wave, slice, item, metric, value, text_value, null_reason, n, population, release "
                                f"FROM dash.metric WHERE study_id = '{study.id}'", role="debriefd_dash")
        said = {tuple(row[:5]): row[5:] for row in rows}
        shown = study.metrics()["metrics"]
        self.assertEqual(len(said), len(shown))
        for row in shown:
            value, text, reason, *counts = said[tuple(row[name] for name in ("family", "wave", "slice", "item", "metric"))]
            self.assertEqual([text, reason, *counts],
                             [row["value"] if isinstance(row["value"], str) else "", row["null_reason"] or "",
                              *("" if row[name] is None else str(row[name]) for name in ("n", "N")), "2"])
            if value:
                self.assertEqual(float(value), row["value"])
        listed = [[str(one["number"]), one["released_at"]] for one in self.releases(study)["releases"]]
        history = self.service.sql("SELECT release, to_char(released_at AT TIME ZONE 'UTC', "
                                   "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM dash.release WHERE study_id = "
                                   f"'{study.id}' ORDER BY 1", role="debriefd_dash")
        self.assertEqual(history, listed)

    def test_no_reader_sees_numbers_again_after_their_withdrawal(self):
        """Neither from what is kept rendered: an answer looked up before may come after it was dropped."""
        study = self.released("Read")
        ends = time.monotonic() + 4
        seen = []

        def read(query):
            while time.monotonic() < ends:
                state = study.metrics(query=query)
                seen.append((time.monotonic(), query, state["withdrawn_at"] is not None, bool(state["metrics"])))

        readers = [threading.Thread(target=read, args=(query,)) for query in ("", "?slice=all", "?family=response", "") * 2]
        for reader in readers:
            reader.start()
        time.sleep(0.5)
        self.assertEqual(self.withdraw(study, 1).status, 200)
        patience = time.monotonic() + 1
        for reader in readers:
            reader.join()
        self.assertTrue(any(has_rows for _, _, _, has_rows in seen))
        late = [one for one in seen if one[0] > patience]
        self.assertGreater(len(late), 8)
        self.assertEqual([one for one in late if not one[2] or one[3]], [])

    def test_what_was_right_after_all_is_released_again(self):
        study = self.released("Right")
        rows = study.metrics()["metrics"]
        self.withdraw(study, 1)
        self.resume(study)
        study.await_settled()
        self.assertEqual(self.numbers(study), [1, 2])
        await_true(lambda: study.metrics()["metrics"] == rows, "the same rows", 5)

    def test_an_older_release_is_withdrawn_for_history_only(self):
        study = self.released("Older")
        first = self.releases(study)["releases"][0]
        self.release_again(study)
        rows = study.metrics()["metrics"]
        answer = self.withdraw(study, 1)
        self.assertEqual((answer.status, answer.json["on_hold"]), (200, False))
        await_true(lambda: study.metrics(query="?as_of=" + first["released_at"])["withdrawn_at"], "the withdrawal", 5)
        past = study.metrics(query="?as_of=" + first["released_at"])
        self.assertEqual((past["release"], past["metrics"]), (1, []))
        self.assertEqual(study.metrics()["metrics"], rows)
        self.assertFalse(self.releases(study)["on_hold"])

    def test_withdrawing_twice(self):
        study = self.released("Twice")
        first = self.withdraw(study, 1, "One reason")
        self.assertEqual(self.withdraw(study, 1, "One reason").json, first.json)
        self.assertEqual(self.withdraw(study, 1, "Another").status, 409)
        self.assertEqual(self.releases(study)["releases"][0]["withdrawn_reason"], "One reason")
        self.assertEqual(len(self.audited(study, "release.withdrawn")), 1)
        self.assertEqual(self.service.sql(f"SELECT count(*) FROM debrief.outbox WHERE study_id = '{study.id}' AND kind = "
                                          f"'withdrawn'"), [["1"]])

    def test_who_and_what_is_refused(self):
        study = self.released("Refused")
        for client, status in [(self.programme.dashboard, 403), (self.programme.analyst, 403), (self.programme.coder, 403),
                               (self.other.organiser, 404), (self.service.operator, 403), (Client(self.service), 401)]:
            self.assertEqual(self.withdraw(study, 1, client=client).status, status)
        for number in (0, 2, 999999, 1000000, -1, "x", "1x"):
            self.assertEqual(self.withdraw(study, number).status, 404, number)
        self.assertEqual(self.programme.organiser.call(
            "POST", f"/v1/studies/{new_id()}/releases/1:withdraw", {"reason": "x"}).status, 404)
        path = study.path + "/releases/1:withdraw"
        for body in ({}, {"reason": ""}, {"reason": None}, {"reason": "x" * 501}, {"reason": 1},
                     {"reason": "x", "more": 1}):
            self.assertEqual(self.programme.organiser.call("POST", path, body).status, 422, body)
        self.assertIsNone(self.releases(study)["releases"][0]["withdrawn_at"])
        empty = self.programme.study("Nothing yet")
        self.assertEqual((self.withdraw(empty, 1).status, self.resume(empty).status), (404, 404))
        self.assertEqual(self.releases(empty), {"releases": [], "on_hold": False, "next": None})

    def test_the_list_has_pages(self):
        study = self.released("Pages")
        for _ in range(4):
            self.withdraw(study, self.numbers(study)[-1])
            self.resume(study)
            study.await_settled()
        whole = self.releases(study)["releases"]
        self.assertEqual([one["number"] for one in whole], [1, 2, 3, 4, 5])
        for limit in (1, 2, 3, 4, 5, 6):
            found, after = [], ""
            while after is not None:
                page = self.releases(study, f"?limit={limit}" + (f"&after={after}" if after else ""))
                self.assertLessEqual(len(page["releases"]), limit)
                found += page["releases"]
                after = page["next"]
            self.assertEqual(found, whole, limit)
        for query in ("?after=x", "?after=", "?after=-1", "?after=1234567", "?limit=0", "?limit=1001", "?page=1"):
            self.assertEqual(self.programme.dashboard.get(study.path + "/releases" + query).status, 400, query)

    def long_of(self, row):
        """A JSON row as CSV has it."""
        shown = {name: row[name] for name in LONG}
        return {name: "" if value is None else value if isinstance(value, str) else repr(value)
                for name, value in shown.items()}

    def check_long(self, reply, rows):
        self.assertEqual((reply.status, reply.headers["Content-Type"]),
                         (200, "text/csv; charset=utf-8; header=present"))
        self.assertTrue(reply.body.endswith(b"\r\n"))
        table = tables(reply.body)
        self.assertEqual(len(table), len(rows))
        for line, row in zip(table, rows):
            self.assertEqual(list(line), LONG)
            for name, text in self.long_of(row).items():
                same = text == line[name] or float(text) == float(line[name])
                self.assertTrue(same, (name, text, line[name]))

    def check_wide(self, reply, rows):
        """Exactly the rows' values, each under its metric, and every reason."""
        self.assertEqual(reply.status, 200)
        head = reply.body.decode().split("\r\n", 1)[0].replace('"', "").split(",")
        metrics = list(dict.fromkeys(row["metric"] for row in rows))
        self.assertEqual(head, WIDE + metrics + ["null_reasons"])
        table = tables(reply.body)
        lines = {tuple(line[name] for name in WIDE): line for line in table}
        self.assertEqual(len(lines), len(table))
        filled = 0
        for row in rows:
            line = lines[tuple(row[name] for name in WIDE)]
            reasons = dict(one.split(": ") for one in line["null_reasons"].split("; ") if one)
            self.assertEqual(reasons.get(row["metric"]), row["null_reason"])
            if isinstance(row["value"], (int, float)):
                self.assertEqual(float(line[row["metric"]]), row["value"])
            else:
                self.assertEqual(line[row["metric"]], row["value"] or "")
            filled += line[row["metric"]] != ""
        self.assertEqual(sum(line[name] != "" for line in table for name in metrics), filled)

    def test_every_form_says_the_same_under_every_filter(self):
        study = self.released("Forms", ("politics",) * 16 + ("business",) * 9 + ("academia",) * 4 + ("state",) * 3)
        for client, base in ((self.programme.dashboard, ""), (self.programme.analyst, "internal=1")):
            get = lambda suffix, query, **headers: client.get(
                f"{study.path}/metrics{suffix}?" + "&".join(one for one in (base, query) if one), **headers)
            whole = get("", "").json["metrics"]
            self.assertGreater(len(whole), 100)
            queries = {"": whole}
            for name in ("family", "wave", "slice", "item", "metric"):
                for value in {row[name] for row in whole} | {"none", ""}:
                    queries[f"{name}={urllib.parse.quote(value)}"] = [row for row in whole if row[name] == value]
            queries["metric=mean,nps.score,none"] = [row for row in whole if row["metric"] in ("mean", "nps.score")]
            queries["family=satisfaction&slice=all&metric=n"] = [
                row for row in whole if (row["family"], row["slice"], row["metric"]) == ("satisfaction", "all", "n")]
            for query, rows in queries.items():
                with self.subTest(query=query, base=base):
                    self.assertEqual(get("", query).json["metrics"], rows)
                    self.check_long(get(".csv", query), rows)
                    self.check_wide(get(".csv", "layout=wide" + (query and "&" + query)), rows)
            self.check_long(get("", "", Accept="text/csv"), whole)
            self.check_long(get("", "layout=long"), whole)
            self.check_wide(get("", "layout=wide"), whole)
            self.check_wide(get("", "layout=wide", Accept="text/csv;q=0.5, */*;q=0.1"), whole)
            self.assertEqual(get("", "layout=wide", Accept="application/json").status, 406)
            self.assertEqual(get("", "", Accept="image/png").status, 406)
            for bad in ("layout=tall", "layout=", "layout=wide&layout=wide", "metrics=mean"):
                self.assertEqual(get(".csv", bad).status, 400, bad)
        for suffix in ("", ".csv"):
            self.assertEqual(self.programme.analyst.get(
                f"{study.path}/metrics{suffix}?internal=1&as_of=2100-01-01T00:00:00Z").status, 400)

    def test_internal_rows_are_the_analysts_in_every_form(self):
        study = self.released("Internal")
        paths = [f"{study.path}/metrics{suffix}?internal={value}{more}" for suffix in ("", ".csv") for value in ("1", "0", "")
                 for more in ("", "&layout=wide", "&layout=long", "&item=HOST_MADE", "&metric=mean", "&slice=politics",
                              "&as_of=2100-01-01T00:00:00Z")]
        for client, status in [(self.programme.dashboard, 403), (self.programme.organiser, 403),
                               (self.programme.coder, 403), (self.other.analyst, 404), (Client(self.service), 401)]:
            for path in paths:
                if "as_of" in path and status == 404:
                    continue
                for accept in (None, "text/csv", "application/json", "*/*"):
                    reply = client.get(path, Accept=accept)
                    expected = (status, 406) if accept == "application/json" else (status,)
                    self.assertIn(reply.status, expected, (path, accept))
                    self.assertEqual(reply.headers["Content-Type"], "application/problem+json")
        # What only the analyst's rows have is in none of a dashboard's answers.
        hidden = {(row["item"], row["metric"]) for row in study.internal()}
        shown = {(row["item"], row["metric"]) for row in study.metrics()["metrics"]}
        self.assertIn(("HOST_MADE", "ppct_unsafe_p10"), hidden - shown)
        for query in ("", "?item=HOST_MADE", "?layout=wide"):
            self.assertNotIn(b"ppct_unsafe", self.programme.dashboard.get(study.path + "/metrics.csv" + query).body)

    def test_no_text_is_a_formula(self):
        programme = Programme(self.service, "Formulas")
        instrument = programme.publish(load_definition("post"))
        names = [formula + " of \"all\", and\nmore" for formula in FORMULAS] + ["A-1", "1 = 1"]
        for name in names:
            study = programme.study(name)
            study.import_delegates(people_of("politics", prefix=new_id()[:8]))
            study.wave("post", *instrument).close()
            study.await_settled()
        path = f"/v1/programmes/{programme.id}/metrics.csv"
        for layout in ("long", "wide"):
            table = tables(programme.dashboard.get(f"{path}?layout={layout}&family=balance").body)
            found = {line["study_name"] for line in table}
            self.assertEqual(found, {name if name in ("A-1", "1 = 1") else "'" + name for name in names})
        head = programme.dashboard.get(path).body.decode().split("\r\n", 1)[0].split(",")
        self.assertEqual(head, ["study", "study_name", "release", *LONG])
        head = programme.dashboard.get(path + "?layout=wide").body.decode().split("\r\n", 1)[0].split(",")
        self.assertEqual((head[:7], head[-1]), (["study", "study_name", "release", *WIDE], "null_reasons"))


class ExplanationTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Explained", sectors=SECTORS)
        cls.other = Programme(cls.service, "Others", sectors=SECTORS)
        cls.instrument = cls.programme.publish(load_definition("post"))
        cls.random = random.Random(7)

    def explain(self, study, client=None):
        return (client or self.programme.organiser).made("GET", study.path + "/releases:explain")

    def make(self, name, members, silent=0):
        """A closed wave, but for the last `silent` of the delegation; with its model."""
        study = self.programme.study(name)
        if members:
            study.import_delegates(people_of(*members, prefix=new_id()[:8]))
        wave = study.wave("post", *self.instrument)
        model = Model(list(members))
        sectors = {one["id"]: one["sector"] for one in study.delegates()}
        people = sorted(sectors, key=lambda one: (SECTORS.index(sectors[one]), one))
        study.model, study.sectors, study.wave_of, study.silent = model, sectors, wave, people[:silent]
        self.answer(study, people[silent:], "")
        return study

    def answer(self, study, people, query):
        lines = []
        for person in people:
            answers = draw_answers(self.random)
            lines.append({"id": new_id(), "participant": person, "evaluation": {"answers": answers}})
            study.model.answer(person, study.sectors[person], answers)
        if lines:
            self.assertEqual({one["outcome"] for one in study.wave_of.import_lines(lines, query)}, {"new"})

    def check_outcomes(self, study, explained):
        """Every row of the release has its outcome, and nothing else is said to be released."""
        rows = study.metrics()["metrics"]
        found = {(one["family"], one["wave"], one["item"], metric["metric"], slice_): metric["outcome"]
                 for one in explained["items"] for metric in one["metrics"] for slice_ in metric["slices"]}
        expected = {}
        for row in rows:
            outcome = "shown" if row["value"] is not None else (
                "held_back" if row["null_reason"].startswith("withheld") else "undefined")
            expected[tuple(row[name] for name in ("family", "wave", "item", "metric", "slice"))] = outcome
        self.assertEqual(found, expected)
        everything = {(one["item"], metric["metric"]) for one in explained["items"] for metric in one["metrics"]}
        self.assertEqual(everything, {(row["item"], row["metric"]) for row in rows + study.internal()})

    def test_groups_epochs_and_who_waits_are_the_models(self):
        members = ["politics"] * 16 + ["business"] * 9 + ["academia"] * 4 + ["state"] * 3 + ["media"]
        study = self.make("Groups", members, silent=3)
        study.wave_of.close()
        study.await_settled()
        counts = {family: {s: sum(sector == s for sector, _ in waiting.values()) for s in SECTORS}
                  for family, waiting in study.model.waiting.items()}
        study.model.release()
        self.answer(study, study.silent, "?late=1")
        study.await_settled()
        explained = self.explain(study)
        self.check_outcomes(study, explained)
        self.assertEqual((explained["release"], explained["least_answers"], explained["least_distribution"]),
                         (self.programme.dashboard.made("GET", study.path + "/releases")["releases"][-1]["number"], K, 8))
        checked = 0
        for one in explained["items"]:
            family = one["disclosure_family"]
            if one["family"] not in FAMILIES or family is None:
                continue
            groups = study.model.groups[family]
            self.assertEqual([tuple(s["sector"] for s in group["sectors"]) for group in one["groups"]],
                             sorted(groups, key=lambda group: SECTORS.index(group[0])))
            for group in one["groups"]:
                names = [s["sector"] for s in group["sectors"]]
                self.assertEqual(group["group"], "+".join(names))
                self.assertEqual({s["sector"]: s["answers"] for s in group["sectors"]},
                                 {name: counts[family][name] for name in names})
                self.assertEqual([epoch["answers"] for epoch in group["epochs"]],
                                 [sum(counts[family][name] for name in names)])
                waiting = sum(sector in names for sector, _ in study.model.waiting[family].values())
                self.assertEqual(group["waiting"], waiting)
                self.assertTrue(all(epoch["moved"] is None for epoch in group["epochs"]))
                checked += waiting > 0
        self.assertGreater(checked, 5)

        # Only the analyst, who may read what was coded, is told what coding moved.
        told = self.explain(study, self.programme.analyst)
        moved = {(one["item"], group["group"]): sum(epoch["moved"] for epoch in group["epochs"])
                 for one in told["items"] if one["family"] in FAMILIES and one["disclosure_family"]
                 for group in one["groups"]}
        atoms = self.service.sql(f"SELECT group_id, e.key, sum(e.value::integer) FROM debrief.atom a, "
                                 f"jsonb_each_text(a.moved) e WHERE a.study_id = '{study.id}' GROUP BY 1, 2")
        self.assertTrue(atoms)
        self.assertEqual({key: count for key, count in moved.items() if count},
                         {(item, group): int(count) for group, item, count in atoms})
        self.assertEqual(self.service.sql("SELECT count(*) FROM debrief.audit_record WHERE record::jsonb ->> 'action' = "
                                          f"'release.explained' AND record::jsonb -> 'detail' ->> 'study' = '{study.id}'"),
                         [["1"]])

    def test_an_epoch_that_enters_is_told(self):
        study = self.make("Epochs", ["politics"] * 12 + ["business"] * 6, silent=5)
        study.wave_of.close()
        study.await_settled()
        study.model.release()
        self.answer(study, study.silent[:4], "?late=1")
        study.await_settled()
        group = lambda: next(one for one in self.explain(study)["items"] if one["disclosure_family"] == "*")["groups"][0]
        self.assertEqual((group()["waiting"], [epoch["answers"] for epoch in group()["epochs"]]), (4, [7]))
        self.answer(study, study.silent[4:], "?late=1")
        study.await_settled()
        self.assertEqual((group()["waiting"], [epoch["answers"] for epoch in group()["epochs"]]), (0, [7, 5]))

    def test_too_few_are_counted(self):
        study = self.make("Few", ["politics"] * 2 + ["state"])
        study.wave_of.close()
        study.await_settled()
        explained = self.explain(study)
        self.check_outcomes(study, explained)
        one = next(one for one in explained["items"] if one["item"] == "OVERALL" and one["family"] == "satisfaction")
        self.assertEqual({(metric["outcome"], metric["rule"]) for metric in one["metrics"]}, {("held_back", "k")})
        self.assertEqual(one["groups"], [])
        waiting = [sector for sector, _ in study.model.waiting["OVERALL"].values()]
        self.assertEqual(one["ungrouped"], [{"sector": s, "answers": waiting.count(s)} for s in SECTORS if s in waiting])

    def test_open_waves_hold_everything_back(self):
        study = self.make("Open", ["politics"] * 6)
        study.await_settled()
        explained = self.explain(study)
        self.assertIsNone(explained["release"])
        outcomes = {(metric["outcome"], metric["rule"]) for one in explained["items"] if one["wave"] == "post"
                    for metric in one["metrics"]}
        self.assertEqual(outcomes, {("held_back", "open")})
        self.assertEqual({one["item"] for one in explained["unmeasured"] if one["type"] == "text"},
                         {item["id"] for item in json.loads(load_definition("post"))["items"] if item["type"] == "text"})

    def test_rules_of_linked_and_conditional_questions(self):
        instrument = self.programme.publish(json.dumps(disclosure_test.DisclosureTest.linked_instrument(None)).encode())
        study = self.programme.study("Linked")
        study.import_delegates(people_of(*["politics"] * 6, prefix="linked"))
        wave = study.wave("post", *instrument)
        for number, token in enumerate(wave.invite().values()):
            answers = dict.fromkeys("CDEFGHI", 5) | {"A": 5 if number < 5 else 4}
            wave.submit_good(token, answers | ({"B": 2} if number < 5 else {}))
        wave.close()
        study.await_settled()
        explained = self.explain(study)
        self.check_outcomes(study, explained)
        entries = {one["item"]: one for one in explained["items"] if one["family"] == "satisfaction"}
        rules = {item: {metric["rule"] for metric in one["metrics"] if metric["outcome"] == "held_back"}
                 for item, one in entries.items()}
        self.assertEqual({item: rules[item] for item in "BYWKXZ"},
                         {"B": {"condition"}, "W": {"condition"}, "Y": {"linked"}, "K": {"linked"}, "X": set(),
                          "Z": {"mean_of_items"}})
        self.assertEqual({item: entries[item]["linked_with"] for item in "YK"}, {"Y": ["X"], "K": ["Z"]})
        # Six answers are too few for a distribution.
        self.assertEqual(rules["A"], {"dist"})

    def test_a_withdrawn_release_is_explained_without_numbers(self):
        study = self.make("Gone", ["politics"] * 6)
        study.wave_of.close()
        study.await_settled()
        before = self.explain(study)
        self.programme.organiser.made("POST", study.path + "/releases/1:withdraw", {"reason": "Wrong"})
        after = self.explain(study)
        self.assertEqual((after["withdrawn_reason"], after["on_hold"]), ("Wrong", True))
        self.assertEqual(after["items"], before["items"])
        self.assertNotIn("value", json.dumps(after))

    def test_who_is_refused(self):
        study = self.make("Theirs", ["politics"])
        study.await_settled()
        for client, status in [(self.programme.dashboard, 403), (self.programme.coder, 403), (self.service.operator, 403),
                               (self.other.organiser, 404), (self.other.analyst, 404), (Client(self.service), 401)]:
            reply = client.get(study.path + "/releases:explain")
            self.assertEqual(reply.status, status)
        empty = self.explain(self.programme.study("Empty"))
        self.assertEqual((empty["release"], empty["unmeasured"]), (None, []))
        self.assertLessEqual({metric["outcome"] for one in empty["items"] for metric in one["metrics"]}, {"internal"})


if __name__ == "__main__":
    main()

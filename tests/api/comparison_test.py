"""The comparison of a programme's trips: who sees it, what it is computed from, and that nothing is missed."""

import csv
import io
import random
import threading
import time

from service import (NIL, Client, Programme, ServiceTest, await_true, load_definition, main, people_of, post_answers)

SECTORS = ["politics"] * 8 + ["business"] * 8


class ComparisonTest(ServiceTest):
    def begin(self, name):
        self.programme = Programme(self.service, name)
        self.instrument = self.programme.publish(load_definition("post"))
        self.path = f"/v1/programmes/{self.programme.id}/metrics"
        self.random = random.Random(name)

    def trip(self, name, level, prefix=None):
        """A trip of sixteen who answered around the level."""
        study = self.programme.study(name, starts_on="2026-05-01")
        study.import_delegates(people_of(*SECTORS, prefix=prefix or name.lower().replace(" ", "")))
        study.post = study.wave("post", *self.instrument)
        study.tokens = study.post.invite()
        for token in study.tokens.values():
            study.post.submit_good(token, post_answers(max(1, min(5, level + self.random.choice([-1, 0, 0, 1])))))
        return study

    def trips(self):
        made = [self.trip("Seattle", 3), self.trip("Dublin", 4), self.trip("Helsinki", 4)]
        for study in made:
            study.post.close()
        self.await_compared(*made)
        return made

    def await_compared(self, *studies):
        for study in studies:
            study.await_settled()
        query = f"SELECT count(*) FROM debrief.uncompared WHERE programme_id = '{self.programme.id}'"
        await_true(lambda: self.service.sql(query) == [["0"]], "the comparison")

    def internal(self, query=""):
        return self.programme.analyst.made("GET", self.path + "?internal=1" + query)["metrics"]

    def released(self):
        return [row for row in self.programme.dashboard.made("GET", self.path)["metrics"] if row["study"] is None]

    def one(self, rows, metric, slice_="all", item="PHASE_programme"):
        found = [row for row in rows if (row["metric"], row["slice"], row["item"]) == (metric, slice_, item)]
        self.assertEqual(len(found), 1, (metric, slice_, item))
        return found[0]

    def mean_of(self, rows, item="PHASE_programme"):
        return next(row["value"] for row in rows
                    if (row["metric"], row["slice"], row["item"]) == ("mean", "all", item))

    def check_benchmarks(self, rows, studies, means):
        for study, name in zip(studies, ("Seattle", "Dublin", "Helsinki")):
            others = [mean for other, mean in zip(studies, means) if other is not study]
            self.assertAlmostEqual(self.one(rows, "pool.benchmark_loo", name)["value"], sum(others) / 2, places=9)
            self.assertAlmostEqual(self.one(rows, "pool.vs_benchmark", name)["value"],
                                   means[studies.index(study)] - sum(others) / 2, places=9)

    def test_trips_are_compared_when_their_waves_are_closed(self):
        self.begin("Closing")
        studies = [self.trip("Seattle", 3), self.trip("Dublin", 4), self.trip("Helsinki", 4)]
        self.await_compared(*studies)
        self.assertEqual(self.internal(), [])
        for study in studies[:2]:
            study.post.close()
        self.await_compared(*studies)
        row = self.one(self.internal(), "pool.mu")
        self.assertEqual((row["value"], row["null_reason"], row["n"]), (None, "trips_lt_3", 32))
        studies[2].post.close()
        self.await_compared(*studies)
        rows = self.internal()
        self.assertEqual(self.one(rows, "pool.k")["value"], 3)
        mu = self.one(rows, "pool.mu")
        self.assertTrue(mu["low"] < mu["value"] < mu["high"])
        self.assertEqual((mu["n"], mu["N"], mu["wave"], mu["family"], mu["method"]),
                         (48, 48, "pool", "comparison", "pm_hksj"))
        self.assertEqual(self.one(rows, "pool.lo")["value"], mu["low"])
        self.check_benchmarks(rows, studies, [self.mean_of(study.internal()) for study in studies])
        for pair in ("Dublin>Helsinki", "Dublin>Seattle", "Helsinki>Seattle"):
            p = self.one(rows, "cmp.welch_p", pair)["value"]
            self.assertTrue(0 < p <= self.one(rows, "cmp.holm_p", pair)["value"] <= 1)
        self.assertEqual(self.internal("&slice=Dublin&item=NKI")[0]["metric"], "pool.shrunk")

    def test_what_is_released_is_computed_from_what_is_released(self):
        self.begin("Released")
        studies = self.trips()
        rows = self.released()
        self.check_benchmarks_of_item(rows, studies, "P1")
        self.assertEqual({row["family"] for row in rows}, {"comparison"})
        self.assertEqual([row for row in rows if row["item"] == ""], [])  # persons are not built from atoms
        number = rows[0]["release"]
        nobody = self.programme.study("Nobody")
        nobody.import_delegates(people_of("politics", prefix="nobody"))
        nobody.wave("post", *self.instrument).close()
        self.await_compared(nobody)
        self.assertTrue([row for row in self.internal() if row["slice"] == "Nobody"])
        self.assertEqual({row["release"] for row in self.released()}, {number})
        reply = self.programme.dashboard.get(self.path + ".csv?family=comparison")
        lines = list(csv.DictReader(io.StringIO(reply.body.decode())))
        self.assertEqual(len(lines), len(rows))
        self.assertEqual((lines[0]["study"], lines[0]["wave"]), ("", "pool"))
        dashed = self.service.sql(f"SELECT count(*) FROM dash.metric WHERE programme_id = '{self.programme.id}' "
                                  f"AND study_id = '{NIL}'", role="debriefd_dash")
        self.assertEqual(dashed, [[str(len(rows))]])
        own = self.programme.dashboard.made("GET", f"/v1/studies/{NIL}/metrics")
        self.assertEqual((own["release"], len(own["metrics"])), (number, len(rows)))
        self.assertEqual(self.programme.analyst.get(f"/v1/studies/{NIL}/metrics?internal=1").status, 404)

    def check_benchmarks_of_item(self, rows, studies, item):
        means = [self.mean_of(study.metrics()["metrics"], item) for study in studies]
        for name, others in (("Seattle", means[1:]), ("Helsinki", means[:2])):
            self.assertAlmostEqual(self.one(rows, "pool.benchmark_loo", name, item)["value"], sum(others) / 2, places=9)

    def test_internal_rows_are_for_the_analyst_and_audited(self):
        self.begin("Roles")
        looks = f"SELECT count(*) FROM debrief.audit_record WHERE programme_id = '{self.programme.id}' " \
                f"AND record LIKE '%metrics.read_internal%'"
        self.assertEqual(self.service.sql(looks), [["0"]])
        self.assertEqual(self.internal(), [])
        self.assertEqual(self.service.sql(looks), [["1"]])
        for client in (self.programme.dashboard, self.programme.organiser, self.programme.coder):
            self.assertEqual(client.get(self.path + "?internal=1").status, 403)
        self.assertEqual(Client(self.service).get(self.path + "?internal=1").status, 401)
        other = Programme(self.service, "Other programme")
        self.assertEqual(other.analyst.get(self.path + "?internal=1").status, 404)

    def test_what_changes_afterwards_is_compared_again(self):
        self.begin("Again")
        studies = self.trips()
        before = self.internal()
        participant = sorted(studies[0].tokens)[0]
        evaluation = self.service.sql(f"SELECT evaluation_id FROM debrief.evaluation WHERE wave_id = "
                                      f"'{studies[0].post.id}' AND participant_id = '{participant}'")[0][0]
        line = {"id": "00000000-0000-4000-8000-000000000001", "participant": participant,
                "evaluation": {"answers": post_answers(1, S_PROG1=5, S_PROG2=4), "replaces": evaluation}}
        self.assertEqual(studies[0].post.import_lines([line], "?late=1")[0]["outcome"], "new")
        self.await_compared(*studies)
        after = self.internal()
        self.assertNotEqual(self.one(before, "pool.mu")["value"], self.one(after, "pool.mu")["value"])
        self.check_benchmarks(after, studies, [self.mean_of(study.internal()) for study in studies])
        self.programme.organiser.made("PATCH", studies[1].path, {"name": "Cork"})
        self.await_compared(*studies)
        self.assertEqual({row["slice"] for row in self.internal("&item=NKI") if row["metric"] == "pool.shrunk"},
                         {"Seattle", "Cork", "Helsinki"})

    def test_an_open_wave_makes_no_work(self):
        self.begin("Open")
        studies = self.trips()
        runs = self.runs()
        fourth = self.trip("Kuala Lumpur", 3)
        fourth.await_settled()
        late = self.trip("Later", 3)
        late.await_settled()
        self.await_compared(*studies)
        known = len(self.runs())
        for token in fourth.tokens.values():
            evaluation = self.service.sql(f"SELECT evaluation_id FROM debrief.evaluation e JOIN debrief.invitation i "
                                          f"USING (programme_id, wave_id, participant_id) WHERE wave_id = "
                                          f"'{fourth.post.id}' LIMIT 1")[0][0]
            fourth.post.submit(token, {"answers": post_answers(5), "replaces": evaluation})
        fourth.await_settled()
        time.sleep(1)
        self.assertEqual(len(self.runs()), known)
        self.assertGreaterEqual(known, len(runs))

    def job(self):
        jobs = self.programme.organiser.made("GET", "/v1/jobs")["jobs"]
        mine = [job for job in jobs if job["kind"] == "compare"]
        self.assertEqual([job["study"] for job in mine], [None])
        return mine[0]

    def runs(self):
        return self.programme.organiser.made("GET", f"/v1/jobs/{self.job()['id']}/runs?limit=1000")["runs"]

    def run_job(self):
        before = len(self.runs())
        self.assertEqual(self.programme.organiser.call("POST", f"/v1/jobs/{self.job()['id']}:run").status, 202)
        await_true(lambda: len(self.runs()) > before, "the run")
        return self.runs()[0]

    def stored(self):
        """Rows and releases to the byte, with the epoch that wrote them."""
        return self.service.sql(f"SELECT to_jsonb(m) FROM debrief.metric m WHERE programme_id = '{self.programme.id}' "
                                f"AND study_id = '{NIL}' ORDER BY position; "
                                f"SELECT to_jsonb(r) FROM debrief.release r WHERE programme_id = '{self.programme.id}' "
                                f"AND study_id = '{NIL}' ORDER BY number;")

    def test_the_same_again_changes_nothing(self):
        self.begin("Same")
        self.trips()
        before = self.stored()
        self.assertGreater(len(before), 100)
        run = self.run_job()
        self.assertEqual((run["outcome"], run["detail"]), ("succeeded", "release=0"))
        self.assertEqual(self.stored(), before)
        self.assertEqual(self.job()["failures"], 0)

    def test_a_failure_is_seen_and_passes(self):
        self.begin("Failing")
        studies = self.trips()
        row = (f"programme_id = '{self.programme.id}' AND study_id = '{studies[0].id}' AND item = 'NKI' "
               f"AND slice = 'all' AND metric = 'mean'")
        whole = self.service.sql(f"SELECT value FROM debrief.metric WHERE {row}")[0][0]
        self.service.sql(f"UPDATE debrief.metric SET value = 'NaN' WHERE {row}")
        before = self.stored()
        self.assertEqual(self.run_job()["outcome"], "failed")
        self.assertIn("NKI", self.job()["last_error"])
        self.assertEqual(Client(self.service).get("/readyz").json["failing_jobs"], 1)
        self.assertEqual(self.stored(), before)
        self.service.sql(f"UPDATE debrief.metric SET value = {whole} WHERE {row}")
        self.assertEqual(self.run_job()["outcome"], "succeeded")
        self.assertEqual(self.stored(), before)

    def test_a_change_during_a_comparison_is_not_lost(self):
        """The study commits after the comparison has read: once its mark is new, once it stood there already."""
        self.begin("Racing")
        studies = self.trips()
        ours = f"'{self.programme.id}'"
        for marked_before in (False, True):
            value = 31.25 + marked_before
            runs = len(self.runs())
            change = (f"UPDATE debrief.metric SET value = {value} WHERE programme_id = {ours} AND item = 'NKI' "
                      f"AND study_id = '{studies[0].id}' AND slice = 'all' AND metric = 'mean';"
                      f"SELECT logic.mark_uncompared({ours}, '{studies[0].id}');")
            hold = f"UPDATE debrief.job SET failures = 1, next_run_at = %s WHERE programme_id = {ours} AND kind = 'compare';"
            self.service.sql(hold % "'infinity'")
            self.service.sql(f"SELECT logic.mark_uncompared({ours}, '{studies[0 if marked_before else 1].id}')")
            slow = threading.Thread(target=self.service.sql, args=(f"BEGIN; {change} SELECT pg_sleep(3); COMMIT",))
            slow.start()
            time.sleep(1)
            self.service.sql(hold % "now()")
            slow.join()
            self.await_compared(*studies)
            benchmark = self.one(self.internal(), "pool.benchmark_loo", "Dublin", "NKI")["value"]
            third = self.mean_of(studies[2].internal(), "NKI")
            self.assertAlmostEqual(benchmark, (value + third) / 2, places=9)
            made = [run["outcome"] for run in self.runs()][:len(self.runs()) - runs]
            self.assertEqual(set(made), {"succeeded"}, made)

    def test_repeat_participants_are_counted(self):
        self.begin("Repeating")
        studies = [self.trip("First", 3, "a"), self.trip("Second", 4, "a"), self.trip("Third", 4, "b"),
                   self.trip("Still open", 4, "b")]
        for study in studies[:3]:
            study.post.close()
        self.await_compared(*studies)
        rows = self.internal()
        counts = {name: self.one(rows, "pool." + name, item="")["value"]
                  for name in ("participations", "persons", "repeat_persons", "repeat_share")}
        self.assertEqual(counts, {"participations": 48, "persons": 32, "repeat_persons": 16, "repeat_share": 0.5})


if __name__ == "__main__":
    main()

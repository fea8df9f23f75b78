"""Jobs: fresh, exact, on time; a failing one is seen, waits, and harms no other."""

import random
import threading
import time

from service import Client, Programme, ServiceTest, await_true, load_definition, main, new_id, people_of, post_answers


class JobsTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Jobs")
        cls.instrument = cls.programme.publish(load_definition("post"))

    def make(self, name, sectors=("politics",) * 6, **given):
        study = self.programme.study(name)
        study.import_delegates(people_of(*sectors, prefix=new_id()[:8]))
        wave = study.wave("post", *self.instrument, **given)
        return study, wave, wave.invite()

    def runs(self, job):
        return self.programme.organiser.made("GET", f"/v1/jobs/{job['id']}/runs")["runs"]

    def run_job(self, study, kind):
        """Starts a job by hand and gives its next run."""
        job = study.job(kind)
        before = {one["id"] for one in self.runs(job)}
        started = self.programme.organiser.call("POST", f"/v1/jobs/{job['id']}:run")
        self.assertEqual(started.status, 202)
        return await_true(lambda: [one for one in self.runs(job) if one["id"] not in before], "the run")[-1]

    def state(self, study):
        """Facts and internal rows, to the byte."""
        text = f"SELECT counts FROM debrief.fact WHERE study_id = '{study.id}';"
        text += (f"SELECT to_jsonb(m) FROM debrief.metric m WHERE study_id = '{study.id}' ORDER BY 1;")
        return self.service.sql(text)

    def count_of(self, study):
        rows = study.internal("&item=P1&slice=all")
        return next((row["value"] for row in rows if row["metric"] == "n"), None)

    def test_answers_are_counted_soon(self):
        study, wave, tokens = self.make("Fresh")
        study.await_settled()
        slowest = 0
        for number, token in enumerate(tokens.values()):
            wave.submit_good(token, post_answers())
            started = time.monotonic()
            await_true(lambda: self.count_of(study) == number + 1, "the answer to be counted", 10, 0.02)
            slowest = max(slowest, time.monotonic() - started)
        print(f"counted within {slowest:.2f} s", end=" ")
        rates = self.programme.organiser.made("GET", study.path + "/response_rates")["rates"]
        self.assertEqual([one["rate"] for one in rates if one["slice"] == "all" and one["wave"] == "post"], [1.0])

    def test_folding_and_rebuilding_agree(self):
        random_ = random.Random(7)
        study, wave, tokens = self.make("Exact", ["politics"] * 9 + ["business"] * 6 + ["academia"] * 3 + ["state"] * 2)
        latest = {}
        for turn in range(4):
            for participant, token in tokens.items():
                if random_.random() < 0.4:
                    continue
                answers = {name: value for name, value in post_answers(random_.randint(1, 5)).items()
                           if random_.random() < 0.9}
                for name in list(answers):
                    if random_.random() < 0.1:
                        answers[name] = {"missing": random_.choice(["dk", "refused"])}
                given = {"replaces": latest[participant]} if participant in latest else {}
                latest[participant] = wave.submit_good(token, answers, **given)
            study.await_settled()
            incremental = self.state(study)
            run = self.run_job(study, "verify")
            self.assertEqual(run["outcome"], "succeeded", run)
            self.assertIn("rebuilt=yes", run["detail"])
            self.assertEqual(self.state(study), incremental, turn)
            one, other, third = random_.sample(sorted(tokens), 3)
            self.programme.organiser.made("PATCH", f"{study.path}/delegates/{one}", {"sector": "state"})
            self.programme.organiser.made("PUT", f"{wave.path}/dispositions/{other}", {"code": "R"})
            lines = [{"id": new_id(), "participant": third,
                      "evaluation": {"answers": post_answers(2),
                                     **({"replaces": latest[third]} if third in latest else {})}}]
            self.assertEqual(wave.import_lines(lines)[0]["outcome"], "new")
            latest[third] = lines[0]["id"]
        study.await_settled()
        before = self.state(study)
        self.assertEqual(self.run_job(study, "verify")["outcome"], "succeeded")
        self.assertEqual(self.state(study), before)
        self.assertEqual([run["outcome"] for job in ("refresh", "verify") for run in self.runs(study.job(job))
                          if run["outcome"] != "succeeded"], [])

    def test_the_verification_finds_what_was_changed(self):
        study, wave, tokens = self.make("Tampered")
        for token in tokens.values():
            wave.submit_good(token, post_answers(3))
        study.await_settled()
        whole = self.state(study)
        where = f"WHERE study_id = '{study.id}'"
        for change in (f"UPDATE debrief.fact SET counts = set_byte(counts, length(counts) - 1, 2) {where}",
                       f"UPDATE debrief.metric SET value = value + 1 {where} AND metric = 'mean' AND item = 'P1'",
                       f"DELETE FROM debrief.metric {where} AND metric = 'sd'"):
            with self.subTest(change=change):
                self.service.sql(change)
                self.assertNotEqual(self.state(study), whole)
                self.assertEqual(self.run_job(study, "verify")["outcome"], "differed")
                self.assertEqual(self.state(study), whole)
                self.assertEqual(self.run_job(study, "verify")["outcome"], "succeeded")

    def test_increments_alone_equal_a_rebuild(self):
        """Folded without a rebuild, edits of old and of still pending evaluations among them, in an open wave and late
        into a closed one; between the rounds people change sector, stay at home or turn out to be staff."""
        random_ = random.Random(11)
        study, wave, tokens = self.make("Increments", ["politics"] * 7 + ["business"] * 5 + ["academia"] * 4)
        latest = {}

        def answers():
            given = {name: value for name, value in post_answers(random_.randint(1, 5)).items() if random_.random() < 0.8}
            for name in random_.sample(sorted(given), len(given) // 8):
                given[name] = {"missing": random_.choice(["dk", "refused"])}
            return given

        def line(participant):
            replaced = {"replaces": latest[participant]} if participant in latest else {}
            latest[participant] = new_id()
            return {"id": latest[participant], "participant": participant,
                    "evaluation": {"answers": answers(), **replaced}}

        for turn in range(6):
            study.await_settled()
            known = {run["id"] for run in self.runs(study.job("refresh"))}
            for _ in range(2):
                chosen = random_.sample(sorted(tokens), 9)
                lines = [line(one) for one in chosen] + [line(one) for one in chosen[:3]]
                self.assertEqual({done["outcome"] for done in wave.import_lines(lines, "?late=1")},
                                 {"new"})
            study.await_settled()
            # A run is recorded after its commit: one that only took a change of the frame may still come.
            details = [run["detail"] for run in self.runs(study.job("refresh"))
                       if run["id"] not in known and "folded=0" not in run["detail"]]
            self.assertEqual([one for one in details if "rebuilt=no" not in one], [])
            incremental = self.state(study)
            self.assertGreater(len(incremental), 100)
            self.assertEqual(self.run_job(study, "verify")["outcome"], "succeeded")
            self.assertEqual(self.state(study), incremental, turn)
            change = random_.choice([{"sector": "state"}, {"sector": "business"}, {"travelled": False}, {"is_staff": True}])
            self.programme.organiser.made("PATCH", f"{study.path}/delegates/{random_.choice(sorted(tokens))}", change)
            code = random_.choice(["R", "NE", "P"])
            self.programme.organiser.made("PUT", f"{wave.path}/dispositions/{random_.choice(sorted(tokens))}", {"code": code})
            if turn == 3:
                wave.close()

    def test_what_waits_explains_a_difference(self):
        """A verification that finds a changed delegation not yet computed says so, instead of alarming."""
        study, wave, tokens = self.make("Explained")
        for token in tokens.values():
            wave.submit_good(token, post_answers())
        study.await_settled()
        verify = study.job("verify")
        before = len(self.runs(verify))
        person = next(iter(tokens))
        self.service.sql(f"""BEGIN;
            UPDATE debrief.job SET failures = 1, next_run_at = 'infinity'
            WHERE study_id = '{study.id}' AND kind = 'refresh';
            INSERT INTO debrief.disposition VALUES ('{self.programme.id}', '{wave.id}', '{person}', 'R');
            SELECT logic.mark_stale('{self.programme.id}', '{study.id}');
            UPDATE debrief.job SET next_run_at = now() WHERE job_id = '{verify['id']}'; COMMIT;""")
        run = await_true(lambda: self.runs(verify)[:len(self.runs(verify)) - before], "the run")[0]
        self.service.sql(f"UPDATE debrief.job SET failures = 0 WHERE study_id = '{study.id}' AND kind = 'refresh'")
        self.assertEqual(run["outcome"], "succeeded", run)
        self.assertEqual(self.count_of(study), 5)

    def test_a_wave_closes_and_is_released_on_time(self):
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
        study, wave, tokens = self.make("On time", closes_at=soon)
        for token in tokens.values():
            wave.submit_good(token, post_answers())
        state = await_true(lambda: (lambda s: s if s["released_at"] else None)(wave.state()), "the release")
        self.assertGreaterEqual(state["closed_at"], soon[:-1])
        self.assertEqual(wave.submit(next(iter(tokens.values())), {"answers": post_answers()}).status, 410)
        self.assertTrue([row for row in study.metrics()["metrics"] if row["item"] == "P1" and row["value"]])

    def test_a_wave_that_is_extended_at_the_last_moment_stays_open(self):
        study, wave, _ = self.make("Extended", closes_at="2099-01-01T00:00:00Z")
        where = f"WHERE wave_id = '{wave.id}'"
        self.service.sql(f"UPDATE debrief.wave SET closes_at = now() + interval '2 seconds' {where}")
        # The extension has not committed when the time comes, and has when the row is free.
        self.service.sql(f"BEGIN; UPDATE debrief.wave SET closes_at = '2099-01-01' {where}; SELECT pg_sleep(5); COMMIT")
        time.sleep(1)
        self.assertEqual(wave.state()["state"], "open")

    def test_a_change_under_way_makes_no_job_fail(self):
        """Two changes of a study's frame, the second one slow to commit, while the job takes the first one up."""
        study, wave, tokens = self.make("Concurrent")
        study.await_settled()
        lease = f"programme_id = '{self.programme.id}' AND name = 'study/{study.id}'"
        mark = f"SELECT logic.mark_stale('{self.programme.id}', '{study.id}')"
        self.service.sql(f"UPDATE debrief.lease SET until = 'infinity', holder = gen_random_uuid() WHERE {lease}; {mark}")
        slow = threading.Thread(target=self.service.sql,
                                args=(f"BEGIN; {mark}; UPDATE debrief.lease SET until = 'infinity' WHERE false;"
                                      f"SELECT pg_sleep(3); COMMIT",))
        slow.start()
        time.sleep(0.5)
        self.service.sql(f"UPDATE debrief.lease SET until = '-infinity' WHERE {lease}")
        slow.join()
        study.await_settled()
        self.assertEqual([run for run in self.runs(study.job("refresh")) if run["outcome"] != "succeeded"], [])
        self.assertEqual(study.job("refresh")["failures"], 0)

    def test_a_failing_job_is_seen_waits_and_recovers(self):
        study, wave, tokens = self.make("Broken")
        other, _, _ = self.make("Whole")
        study.await_settled()
        other.await_settled()
        name, version = self.programme.publish({**_minimal(), "id": "breakable"})
        fu = study.wave("fu", name, version)
        fu_token = next(iter(fu.invite().values()))
        study.await_settled()
        row = f"programme_id = '{self.programme.id}' AND instrument = '{name}'"
        whole = self.service.sql(f"SELECT compiled FROM debrief.instrument_version WHERE {row}")[0][0]
        self.service.sql(f"UPDATE debrief.instrument_version SET compiled = '{{\"slots\": 5}}' WHERE {row}")
        anyone = Client(self.service)
        self.assertEqual(anyone.get("/readyz").json["failing_jobs"], 0)
        fu.submit_good(fu_token, {"Q1": 4})
        job = await_true(lambda: (lambda j: j if j["failures"] > 1 else None)(study.job("refresh")), "two failures")
        self.assertTrue(job["last_error"] and job["next_run_at"])
        self.assertNotIn(fu_token, job["last_error"])
        ready = anyone.get("/readyz")
        self.assertEqual((ready.status, ready.json["status"], ready.json["failing_jobs"]), (200, "degraded", 1))
        self.assertRegex(anyone.get("/metrics").body.decode(), r"(?m)^debriefd_jobs_failing 1$")
        self.assertGreater(ready.json["oldest_pending_seconds"], 0)
        failed = [run for run in self.runs(job) if run["outcome"] == "failed"]
        waits = self.service.sql(f"SELECT failures, extract(epoch FROM next_run_at - (SELECT max(finished_at) FROM "
                                 f"debrief.job_run r WHERE r.job_id = j.job_id)) FROM debrief.job j "
                                 f"WHERE job_id = '{job['id']}'")[0]
        self.assertAlmostEqual(float(waits[1]), min(300, 2 ** int(waits[0])), delta=1)
        self.assertLessEqual(len(failed), 4)
        other.import_delegates(people_of("state", prefix=new_id()[:8]))
        other.await_settled()
        self.service.sql(f"UPDATE debrief.instrument_version SET compiled = $json${whole}$json$ WHERE {row}")
        self.assertEqual(self.run_job(study, "refresh")["outcome"], "succeeded")
        job = study.job("refresh")
        self.assertEqual((job["failures"], job["last_error"]), (0, None))
        self.assertEqual(anyone.get("/readyz").json["status"], "ready")
        rows = study.internal("&wave=fu&item=Q1&slice=all")
        self.assertEqual([row["value"] for row in rows if row["metric"] == "n"], [1])

    def test_the_nightly_verification_is_due_at_its_time(self):
        study = self.programme.study("Night", time_zone="America/New_York")
        job = study.job("verify")
        self.assertEqual(job["schedule"], "daily 03:00")
        expected = self.service.sql("SELECT logic.utc(logic.next_local('03:00', 'America/New_York', now()))")[0][0]
        self.assertEqual(job["next_run_at"], expected)
        self.assertEqual(self.run_job(study, "verify")["outcome"], "succeeded")
        self.assertEqual(study.job("verify")["next_run_at"], expected)


def _minimal():
    return {"id": "m", "title": {"sv": "M", "en": "M"}, "wave": "fu", "languages": ["sv", "en"],
            "items": [{"id": "Q1", "type": "rating", "text": {"sv": "?", "en": "?"},
                       "scale": {"min": 1, "max": 5, "labels": {"1": {"sv": "a", "en": "a"},
                                                                "5": {"sv": "b", "en": "b"}}}}],
            "measures": [{"id": "Q1", "type": "rating", "items": ["Q1"]}]}


if __name__ == "__main__":
    main()

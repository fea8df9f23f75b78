"""A person's data: listed, exported and erased everywhere, while releases stand byte for byte, the audit chain holds
and the facts are what they would be without; retention; consent; proxy answers; and that every look is on record."""

import csv
import io
import os
import signal
import threading
import uuid

from service import (NIL, Programme, Service, ServiceTest, await_true, delegation_csv, load_anonymous_definition,
                     load_definition, main, new_id, people_of, post_answers)

SECTORS = ["politics"] * 6 + ["business"] * 5 + ["state"]
REASON = "asked by letter"


def pre_answers(others, word, level=3):
    answers = {f"L_pre_T{theme}": 2 for theme in "1234"}
    return {**answers, "ROSTER": {other: level for other in others}, "EXPECT": word}


class World:
    """A programme whose first person (subject) is in two studies: in one with a closed wave and an open one, and in one
    that has only begun."""

    def __init__(self, test, sectors=None, closes=True):
        self.service = test.service
        self.tag = new_id()[:8]
        self.programme = Programme(test.service, "World " + self.tag)
        self.organiser = self.programme.organiser
        self.name, self.email = f"Quirina Xylander-{self.tag}", f"quirina.{self.tag}@example.org"
        self.words = [f"{kind}-{self.tag}-of-subject" for kind in ("first", "edited", "post", "draft", "later")]
        self.study = self.programme.study("Trip " + self.tag, ends_on="2020-01-31")
        people = people_of(*(sectors or SECTORS), prefix=self.tag + "p")
        people[0] = (self.name, self.email, people[0][2], "Unique Organisation " + self.tag)
        self.people = people
        self.study.import_delegates(people)
        self.person = self.find()
        self.participants = {one["person"]: one["id"] for one in self.study.delegates()}
        self.subject = self.participants[self.person]
        self.others = [one for one in self.participants.values() if one != self.subject]
        self.pre = self.study.wave("pre", *self.programme.publish(load_definition("pre")))
        self.post = self.study.wave("post", *self.programme.publish(load_definition("post")))
        self.answer_pre()
        if closes:
            self.pre.close()
        self.study.await_settled()
        self.answer_post()
        self.service.sql(f"INSERT INTO identity.resend_request (programme_id, request_id, address, done) "
                         f"VALUES ('{NIL}', gen_random_uuid(), '{self.email}', true)")
        self.other_study = self.programme.study("Begun " + self.tag)
        self.other_study.import_delegates(people[:3])
        begun = self.other_study.wave("post", *self.programme.publish(load_definition("post")))
        token = begun.invite()[next(one["id"] for one in self.other_study.delegates() if one["person"] == self.person)]
        self.evaluations.append(begun.submit_good(token, post_answers(2, BEST=self.words[4])))
        self.study.await_settled()
        self.other_study.await_settled()

    def find(self):
        return self.organiser.made("GET", f"/v1/persons?name={self.email}")["persons"][0]["id"]

    def answer_pre(self):
        tokens = self.pre.invite()
        for ego in self.others:
            named = [other for other in self.participants.values() if other != ego]
            self.pre.submit_good(tokens[ego], pre_answers(named, "expects much"))
        first = self.pre.submit_good(tokens[self.subject], pre_answers(self.others, self.words[0]))
        edit = self.pre.submit_good(tokens[self.subject], pre_answers(self.others, self.words[1], 4), replaces=first)
        self.evaluations = [first, edit]

    def answer_post(self):
        tokens = self.post.invite()
        self.organiser.made("POST", self.post.path + "/mails", {"kind": "invitation", "to": self.subject})
        for ego in self.others[:4]:
            self.post.submit_good(tokens[ego], post_answers(4))
        posted = self.post.submit_good(tokens[self.subject], post_answers(1, BEST=self.words[2]))
        self.evaluations.append(posted)
        stale = self.post.submit(tokens[self.subject], {"answers": post_answers(1, BEST=self.words[3]), "replaces": new_id()})
        assert stale.status == 412, stale
        await_true(lambda: self.service.sql(f"SELECT 1 FROM debrief.draft WHERE participant_id = '{self.subject}'"), "a draft")
        state = self.service.sql(f"SELECT * FROM logic.consent_state('{self.programme.id}', '{self.post.id}', NULL, NULL, 'sv')")
        invitation = self.service.sql(f"SELECT invitation_id FROM debrief.invitation WHERE wave_id = '{self.post.id}' "
                                      f"AND participant_id = '{self.subject}'")[0][0]
        accepted = self.service.sql(f"SELECT * FROM logic.consent_accept('{self.programme.id}', '{self.post.id}', "
                                    f"'{invitation}', 1::smallint, 'sv', '{state[0][1]}')", role="debriefd_serve")
        assert accepted[0][0] == "200", accepted
        self.organiser.made("PUT", f"{self.post.path}/dispositions/{self.others[5]}", {"code": "R"})
        self.organiser.made("PUT", f"{self.post.path}/dispositions/{self.subject}", {"code": "P"})
        self.token = tokens[self.subject]
        self.post_tokens = tokens

    def needles(self):
        """Everything by which the person could be found."""
        rows = self.service.sql(f"SELECT invitation_id FROM debrief.invitation WHERE participant_id IN (SELECT "
                                f"participant_id FROM debrief.delegate WHERE person_id = '{self.person}')"
                                f" UNION SELECT participant_id FROM debrief.delegate WHERE person_id = '{self.person}'")
        found = [self.person, self.subject, *[row[0] for row in rows], *self.evaluations, self.name, self.email, *self.words,
                 self.token, "Unique Organisation " + self.tag]
        return sorted(set(found))

    def erase(self, **given):
        return self.organiser.call("POST", f"/v1/persons/{self.person}:erase", {"reason": REASON, **given})

    def released(self):
        """All that a dashboard can read, byte for byte."""
        read = [self.programme.dashboard.get(self.study.path + "/metrics").body,
                self.programme.dashboard.get(self.study.path + "/metrics.csv").body,
                self.programme.dashboard.get(self.study.path + "/releases").body]
        stored = self.service.sql(f"SELECT m.*::text FROM debrief.release_metric m WHERE programme_id = '{self.programme.id}' "
                                  f"ORDER BY study_id, number, position")
        atoms = self.service.sql(f"SELECT a::text FROM debrief.atom_cell a WHERE programme_id = '{self.programme.id}' ORDER BY 1")
        return read, stored, atoms


def found_in(service, needles):
    """Where the needles stand: every column of every table, as text, as bytes and as a UUID's bytes."""
    tables = [row[0] for row in service.sql(
        "SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm') "
        "AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1")]
    assert len(tables) > 40, tables
    patterns = set()
    for needle in needles:
        patterns |= {needle.lower(), needle.encode().hex()}
        try:
            patterns.add(uuid.UUID(needle).bytes.hex())
        except ValueError:
            pass
    wanted = "ARRAY[" + ",".join("'" + pattern.replace("'", "''") + "'" for pattern in sorted(patterns)) + "]"
    text = " UNION ALL ".join(f"SELECT '{table}', p FROM {table} t, unnest({wanted}) p WHERE strpos(lower(t::text), p) > 0"
                              for table in tables)
    return sorted({tuple(row) for row in service.sql(text)})


class PersonalTest(ServiceTest):
    def verify(self, world):
        return world.organiser.made("GET", f"/v1/programmes/{world.programme.id}/audit:verify")

    def actions(self, world):
        records, after = [], 0
        while after is not None:
            page = world.organiser.made("GET", f"/v1/programmes/{world.programme.id}/audit?limit=1000&after={after}")
            records, after = records + page["records"], page["next"]
        return records

    def run_job(self, study, kind):
        job = study.job(kind)
        path = f"/v1/jobs/{job['id']}"
        before = {one["id"] for one in study.organiser.made("GET", path + "/runs")["runs"]}
        study.organiser.made("POST", path + ":run")
        return await_true(lambda: [one for one in study.organiser.made("GET", path + "/runs")["runs"]
                                   if one["id"] not in before], "the job's run")[0]

    def test_an_erased_person_is_nowhere(self):
        world = World(self)
        needles, before = world.needles(), world.released()
        self.assertGreater(len({table for table, _ in found_in(self.service, needles)}), 8)
        tried = world.erase(dry_run=True)
        self.assertEqual((tried.status, tried.json["dry_run"]), (200, True), tried)
        self.assertEqual(world.released(), before)
        done = world.erase()
        self.assertEqual(done.status, 200, done)
        self.assertEqual(done.json["removed"], tried.json["removed"])
        self.assertEqual(done.json["changed"]["answers_of_others"], len(world.others))
        self.assertEqual({one["seat"] for one in done.json["studies"]}, {"kept", "none"})
        for table, count in {"evaluation": 4, "draft": 1, "invitation": 3, "disposition": 1, "delegate": 2, "person": 1,
                             "consent": 1, "resend_request": 1, "mail": 1}.items():
            self.assertEqual(done.json["removed"].get(table), count, (table, done.json))
        world.study.await_settled()
        world.other_study.await_settled()
        self.assertEqual(found_in(self.service, needles), [])
        for log in (self.service.log(), self.service.database_log()):
            self.assertEqual([needle for needle in needles if needle in log], [])
        self.assertEqual(world.released(), before)
        self.assertTrue(self.verify(world)["holds"])
        self.assertGreater(self.verify(world)["erased"], 0)
        record = next(one for one in self.actions(world) if one["action"] == "person.erased")
        self.assertEqual(record["detail"]["reason"], REASON)
        self.assertEqual(record["actor"], "organiser: organiser")

    def test_the_scan_finds_what_is_forgotten(self):
        """Each table left out of the erasure once: the scan must tell."""
        definition = self.service.sql("SELECT pg_get_functiondef('logic.personal_tables'::regproc)")[0][0]
        skipped = definition.replace("c.relkind IN", "c.relname <> '{}' AND c.relkind IN")
        self.assertNotEqual(definition, skipped)
        try:
            for table in ("draft", "consent", "atom_member"):
                world = World(self)
                needles = world.needles()
                self.service.sql(skipped.format(table) + ";")
                self.assertEqual(world.erase().status, 200)
                self.assertEqual({name for name, _ in found_in(self.service, needles)}, {"debrief." + table})
                self.service.sql(definition + ";")
                self.service.sql(f"DELETE FROM debrief.{table} WHERE programme_id = '{world.programme.id}'")
        finally:
            self.service.sql(definition + ";")
        world = World(self)
        forget = self.service.sql("SELECT pg_get_functiondef('logic.rosters_forget'::regproc)")[0][0]
        try:
            broken = forget.replace("strpos(t.%I::text, $3) > 0", "strpos(t.%I::text, $3) < 0")
            self.assertNotEqual(broken, forget)
            self.service.sql(broken + ";")
            needles = world.needles()
            self.assertEqual(world.erase().status, 200)
            self.assertEqual({name for name, _ in found_in(self.service, needles)}, {"debrief.evaluation"})
        finally:
            self.service.sql(forget + ";")

    def test_an_interviewee_is_nowhere(self):
        world = World(self)
        other = world.people[1][1]
        interview = f"interview-{world.tag}"
        for kind, table in [("codes", "code,label\nfood,Food\n"),
                            ("interviews", f"interview,email,sector,sequence,trips\n{interview},{world.email},politics,1,"
                                           f"{world.study.id}\nI2,{other},politics,2,{world.study.id}\n"),
                            ("segments", f"segment,interview,trip\ns-{world.tag},{interview},{world.study.id}\ns2,I2,\n"),
                            ("codings", f"coder,segment,code,sentiment\nA,s-{world.tag},food,1\nB,s-{world.tag},food,\nA,s2,food,1\n"),
                            ("quotes", f"quote,interview,code,approval\nq-{world.tag},{interview},food,approved\nq2,I2,food,pending\n")]:
            world.organiser.made("POST", f"/v1/{kind}:import", table.encode(), "text/csv")
        needles = [*world.needles(), interview, f"s-{world.tag}", f"q-{world.tag}"]
        self.assertIn("interview", {row["area"] for row in world.organiser.made(
            "GET", f"/v1/persons/{world.person}:export")["rows"]})
        done = world.erase()
        self.assertEqual(done.status, 200, done)
        for table, count in {"interview": 1, "interview_trip": 1, "segment": 1, "coder_segment": 2, "coding": 2, "quote": 1}.items():
            self.assertEqual(done.json["removed"].get(table), count, (table, done.json))
        world.study.await_settled()
        self.assertEqual(found_in(self.service, needles), [])
        self.assertEqual([one["interview"] for one in world.programme.coder.made("GET", "/v1/interviews")["interviews"]], ["I2"])
        again = world.organiser.call("POST", "/v1/interviews:import", f"interview,email,sector,sequence\n{interview},"
                                     f"{world.email},politics,1\n".encode(), "text/csv")
        self.assertEqual(again.status, 422)

    def test_metrics_are_those_of_the_others(self):
        """In a study that has released nothing the facts and rows are those of a study the person never was in."""
        world = World(self, closes=False)
        self.assertEqual(world.erase().status, 200)
        never = world.programme.study("Never")
        never.import_delegates(world.people[1:])
        people = {one["person"]: one["id"] for one in never.delegates()}
        same = {old: people[person] for person, old in world.participants.items() if person in people}
        pre = never.wave("pre", *world.programme.publish(load_definition("pre")))
        post = never.wave("post", *world.programme.publish(load_definition("post")))
        pre_tokens, post_tokens = pre.invite(), post.invite()
        for ego in same.values():
            pre.submit_good(pre_tokens[ego], pre_answers([one for one in same.values() if one != ego], "x"))
        for ego in world.others[:4]:
            post.submit_good(post_tokens[same[ego]], post_answers(4))
        world.organiser.made("PUT", f"{post.path}/dispositions/{same[world.others[5]]}", {"code": "R"})
        never.await_settled()
        world.study.await_settled()

        def told(study):
            """Without what is seeded by the study."""
            return {tuple(row[name] for name in ("family", "wave", "slice", "item", "metric")): row
                    for row in study.internal() if row["metric"] not in ("qap_p", "EI_perm_p")}

        rows, expected = told(world.study), told(never)
        self.assertGreater(len(rows), 500)
        self.assertEqual({key for key in set(rows) | set(expected) if rows.get(key) != expected.get(key)}, set())
        n = rows[("satisfaction", "post", "all", "S_PROG1", "mean")]
        self.assertEqual((n["n"], n["N"], n["value"]), (4, 11, 4))
        self.assertEqual(rows[("response", "pre", "all", "", "resp.RR2")]["N"], 11)
        self.assertEqual(self.run_job(world.study, "verify")["outcome"], "succeeded")

    def test_the_place_stays_counted_where_a_wave_is_closed(self):
        world = World(self)
        before = {(row["wave"], row["slice"]): (row["n"], row["N"], row["value"]) for row in world.study.internal()
                  if row["metric"] == "resp.RR2"}
        self.assertEqual(world.erase().status, 200)
        world.study.await_settled()
        rows = world.study.internal()
        after = {(row["wave"], row["slice"]): (row["n"], row["N"], row["value"]) for row in rows if row["metric"] == "resp.RR2"}
        self.assertEqual(after, before)
        one = next(row for row in rows if (row["wave"], row["slice"], row["item"], row["metric"])
                   == ("post", "all", "S_PROG1", "mean"))
        self.assertEqual((one["n"], one["value"]), (4, 4))
        self.assertEqual(len(world.study.delegates()), len(world.people) - 1)
        world.organiser.made("POST", world.post.path + "/invitations")
        self.assertEqual(self.service.sql(f"SELECT count(*) FROM debrief.invitation WHERE wave_id = '{world.post.id}'"),
                         [[str(len(world.people) - 1)]])
        self.assertEqual(self.run_job(world.study, "verify")["outcome"], "succeeded")
        ego = world.others[4]
        self.assertEqual(world.post.submit(world.post_tokens[ego], {"answers": post_answers(3)}).status, 201)
        world.study.await_settled()
        self.assertEqual(self.run_job(world.study, "verify")["outcome"], "succeeded")

    def test_an_erasure_in_an_open_wave_ends_the_link(self):
        world = World(self, closes=False)
        self.assertEqual(world.erase().status, 200)
        reply = world.post.submit(world.token, {"answers": post_answers(5)})
        self.assertEqual(reply.status, 403, reply)
        again = world.post.submit(world.token, {"answers": post_answers(1, BEST=world.words[2])}, world.evaluations[2])
        self.assertEqual(again.status, 403, again)
        ego = world.others[6]
        named = {**pre_answers([world.subject], "x")}
        self.assertEqual(world.pre.submit(world.pre.invite()[ego], {"answers": named}).status, 422)

    def test_answers_that_come_at_the_same_moment(self):
        world = World(self, closes=False)
        needles, ids, outcomes = world.needles(), [], set()
        current = world.evaluations[2]

        def insist():
            nonlocal current
            while not outcomes & {"no_participant"}:
                ids.append(new_id())
                line = {"id": ids[-1], "participant": world.subject,
                        "evaluation": {"answers": post_answers(3, BEST=world.words[2]), "replaces": current}}
                outcome = world.post.import_lines([line])[0]
                outcomes.add(outcome["outcome"])
                current = ids[-1] if outcome["outcome"] == "new" else current

        thread = threading.Thread(target=insist)
        thread.start()
        await_true(lambda: len(ids) > 5, "some answers")
        self.assertEqual(world.erase().status, 200)
        thread.join(60)
        self.assertLessEqual({"new", "no_participant"}, outcomes)
        world.study.await_settled()
        left = {table for table, _ in found_in(self.service, [*needles, *ids])}
        self.assertLessEqual(left, {"debrief.audit_record"})  # of the attempts that came after it
        self.assertEqual(found_in(self.service, [*needles, *ids[:6]]), [])
        self.assertEqual(self.run_job(world.study, "verify")["outcome"], "succeeded")

    def test_beside_jobs_and_imports(self):
        """Interviewees of closed interviews, because their release locks what an erasure changes."""
        programme, tag = Programme(self.service, "Busy"), new_id()[:8]
        organiser, definition = programme.organiser, programme.publish(load_definition("post"))
        people, studies = people_of(*SECTORS * 3, prefix=tag), [programme.study(f"Busy {place}") for place in range(2)]
        for study in studies:
            study.import_delegates(people)
            wave = study.wave("post", *definition)
            wave.import_lines([{"id": new_id(), "participant": one["id"], "evaluation": {"answers": post_answers(4)}}
                               for one in study.delegates()])
            wave.close()
        rows = "".join(f"I{place},{person[1]},politics,{place + 1}\n" for place, person in enumerate(people))
        organiser.made("POST", "/v1/interviews:import", f"interview,email,sector,sequence\n{rows}".encode(), "text/csv")
        organiser.made("POST", "/v1/interview_set:close", {})
        jobs = [one["id"] for one in organiser.made("GET", "/v1/jobs")["jobs"] if one["kind"] in ("refresh", "compare")]
        stopped, failures = threading.Event(), []
        self.addCleanup(stopped.set)

        def insist(act):
            while not stopped.is_set():
                reply = act()
                if reply.status >= 500:
                    failures.append(reply)

        def import_last():
            changed = (*people[-1][:3], "Organisation " + new_id())
            return organiser.call("POST", studies[1].path + "/delegates:import", delegation_csv([changed]), "text/csv")

        acts = [lambda job=job: organiser.call("POST", f"/v1/jobs/{job}:run", {}) for job in jobs] + [import_last]
        threads = [threading.Thread(target=insist, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        erased = [one["id"] for one in organiser.made("GET", "/v1/persons?limit=500")["persons"] if one["email"] != people[-1][1]]
        for person in erased:
            done = organiser.call("POST", f"/v1/persons/{person}:erase", {"reason": "asked"})
            self.assertEqual(done.status, 200, done)
        stopped.set()
        for thread in threads:
            thread.join(60)
        self.assertEqual(failures, [])
        for study in studies:
            study.await_settled()

    def test_an_anonymous_answer_stays(self):
        programme = Programme(self.service, "Anonymous " + new_id()[:6])
        organiser = programme.organiser
        study = programme.study("Anonymous", anonymity="anonymous")
        study.import_delegates(people_of(*SECTORS, prefix=new_id()[:6]))
        wave = study.wave("post", *programme.publish(load_anonymous_definition()))
        organiser.made("POST", wave.path + "/invitations")
        for one in organiser.made("GET", wave.path + "/invitations?tokens=1")["invitations"]:
            self.assertEqual(wave.submit(one["token"], {"answers": post_answers(4)}).status, 201)
        delegate = study.delegates()[0]
        done = organiser.made("POST", f"/v1/persons/{delegate['person']}:erase", {"reason": REASON})
        self.assertEqual((done["removed"], done["studies"][0]["seat"]), ({"delegate": 1, "person": 1}, "kept"))
        self.assertTrue(any("anonymous mode" in sentence for sentence in done["stays"]), done)
        entered = organiser.call("PUT", f"{wave.path}/participants/{study.delegates()[0]['id']}/evaluations/{new_id()}",
                                 {"answers": post_answers(4)})
        self.assertEqual(entered.status, 409, entered)
        wave.close()
        study.await_settled()
        rate = next(row for row in study.internal() if row["metric"] == "resp.RR2" and row["slice"] == "all")
        self.assertEqual((rate["n"], rate["N"], rate["value"]), (len(SECTORS), len(SECTORS), 1))
        mean = next(row for row in study.internal() if (row["item"], row["metric"], row["slice"]) == ("S_PROG1", "mean", "all"))
        self.assertEqual((mean["n"], mean["N"]), (len(SECTORS), len(SECTORS)))
        self.assertEqual(self.run_job(study, "verify")["outcome"], "succeeded")

    def test_twice_unknown_foreign_and_named(self):
        world, stranger = World(self), World(self)
        named = world.erase(reason=f"{world.name} asked")
        self.assertEqual(named.status, 422, named)
        foreign = stranger.organiser.call("POST", f"/v1/persons/{world.person}:erase", {"reason": REASON})
        self.assertEqual(foreign.status, 404)
        self.assertEqual(stranger.organiser.get(f"/v1/persons/{world.person}:export").status, 404)
        for role in ("analyst", "coder", "dashboard"):
            client = getattr(world.programme, role)
            self.assertEqual(client.call("POST", f"/v1/persons/{world.person}:erase", {"reason": REASON}).status, 403)
            self.assertEqual(client.get("/v1/persons").status, 403)
            self.assertEqual(client.get(f"/v1/persons/{world.person}:export").status, 403)
            self.assertEqual(client.get(f"/v1/programmes/{world.programme.id}/audit").status, 403)
        self.assertEqual(world.erase().status, 200)
        self.assertEqual(world.erase().status, 404)
        self.assertEqual(world.organiser.get(f"/v1/persons/{world.person}:export").status, 404)
        unknown = world.organiser.call("POST", f"/v1/persons/{new_id()}:erase", {"reason": REASON})
        self.assertEqual(unknown.status, 404)

    def test_the_last_of_a_sector_without_answers(self):
        programme = Programme(self.service, "Last " + new_id()[:6])
        study = programme.study("Last")
        study.import_delegates(people_of("politics", "politics", "state", prefix=new_id()[:6]))
        person = next(one["person"] for one in study.delegates() if one["sector"] == "state")
        done = programme.organiser.made("POST", f"/v1/persons/{person}:erase", {"reason": REASON})
        self.assertEqual(done["removed"], {"delegate": 1, "person": 1})
        study.await_settled()
        counts = {row["slice"]: row["value"] for row in study.internal() if row["metric"] == "bal.count"}
        self.assertEqual(counts.get("state", 0), 0)
        self.assertEqual(self.run_job(study, "verify")["outcome"], "succeeded")

    def test_coming_back(self):
        world = World(self)
        self.assertEqual(world.erase().status, 200)
        again = world.organiser.call("POST", world.other_study.path + "/delegates:import", delegation_csv(world.people[:3]), "text/csv")
        self.assertEqual(again.status, 422, again)
        self.assertIn("was erased on", again.json["errors"][0]["detail"])
        rows = delegation_csv([(*world.people[0], "1")], "name,email,sector,organisation,readmit")
        self.assertEqual(world.organiser.made("POST", world.other_study.path + "/delegates:import", rows, "text/csv")["added"], 1)
        self.assertNotEqual(world.find(), world.person)
        world.study.import_delegates(world.people)

    def test_export(self):
        world = World(self)
        told = world.organiser.made("GET", f"/v1/persons/{world.person}:export")
        rows = told["rows"]
        self.assertEqual(told["person"], world.person)
        self.assertLessEqual({"person", "delegate", "disposition", "invitation", "evaluation", "answer", "draft", "consent",
                              "tie_received", "audit"}, {row["area"] for row in rows})
        answers = [row for row in rows if row["area"] == "answer"]
        self.assertEqual({row["record"] for row in answers}, set(world.evaluations))
        words = {row["value"] for row in answers if row["item"] in ("EXPECT", "BEST")}
        self.assertEqual(words, {world.words[0], world.words[1], world.words[2], world.words[4]})
        best = next(row for row in answers if row["item"] == "BEST")
        self.assertTrue(best["question"])
        ties = [row for row in rows if row["area"] == "tie_received"]
        self.assertEqual([row["value"] for row in ties], [f"{len(world.others)} answers: {len(world.others)} × 3"])
        reply = world.organiser.get(f"/v1/persons/{world.person}:export", Accept="text/csv")
        self.assertEqual(reply.headers.get_content_type(), "text/csv")
        table = list(csv.DictReader(io.StringIO(reply.body.decode())))
        # The second look has the first one in its audit rows.
        self.assertEqual(len(table), len(rows) + 1)
        plain = [{name: value or "" for name, value in row.items()} for row in rows if row["area"] != "audit"]
        self.assertEqual([row for row in table if row["area"] != "audit"], plain)
        # Nobody else's name, address or answer.
        other = world.people[1]
        for text in (other[0], other[1], "expects much"):
            self.assertNotIn(text, reply.body.decode())

    def test_people_are_found_by_name(self):
        world = World(self)
        search = lambda query: [one["name"] for one in world.organiser.made("GET", "/v1/persons" + query)["persons"]]
        self.assertEqual(search("?name=XYLANDER"), [world.name])
        self.assertEqual(search("?name=%25"), [])
        self.assertEqual(len(search(f"?study={world.other_study.id}")), 3)
        everyone = search("?limit=1000")
        self.assertEqual(everyone, sorted(everyone, key=str.lower))
        first = world.organiser.made("GET", "/v1/persons?limit=5")
        rest = world.organiser.made("GET", f"/v1/persons?limit=1000&after={first['next']}")
        self.assertEqual([one["name"] for one in first["persons"] + rest["persons"]], everyone)
        one = world.organiser.made("GET", "/v1/persons?name=xylander")["persons"][0]
        self.assertEqual({study["study"] for study in one["studies"]}, {world.study.id, world.other_study.id})

    def test_looks_are_on_record(self):
        world = World(self)
        world.study.internal()
        world.organiser.made("GET", f"/v1/persons/{world.person}:export")
        world.organiser.made("GET", f"/v1/programmes/{world.programme.id}/retention")
        world.pre.import_lines([{"id": new_id(), "participant": world.others[0], "evaluation": {"answers": {}}}], "?late=1")
        world.organiser.made("PATCH", f"{world.study.path}/delegates/{world.others[0]}", {"role": "mayor"})
        world.erase(dry_run=True)
        records = self.actions(world)
        actions = {one["action"] for one in records}
        self.assertLessEqual({"key.created", "delegates.imported", "delegate.changed", "persons.listed", "person.exported",
                              "invitations.created", "invitations.tokens_read", "disposition.set", "metrics.read_internal",
                              "retention.planned", "evaluations.imported", "person.erasure_tried", "audit.read"}, actions)
        self.assertEqual([one["number"] for one in records], list(range(1, len(records) + 1)))
        self.assertTrue(all(one["actor"] for one in records), records)
        self.assertNotIn("xylander", str([one["detail"] for one in records]).lower())
        self.assertEqual(self.service.operator.get(f"/v1/programmes/{world.programme.id}/audit").status, 200)
        self.assertEqual(self.service.operator.get(f"/v1/programmes/{new_id()}/audit").status, 404)
        self.assertEqual(self.service.operator.get(f"/v1/programmes/{new_id()}/audit:verify").status, 404)
        self.service.sql(f"UPDATE debrief.audit_record SET record = record || ' ' WHERE programme_id = "
                         f"'{world.programme.id}' AND number = 3")
        self.assertEqual(self.verify(world)["broken_at"], 3)

    def test_an_entered_answer(self):
        world = World(self, closes=False)
        ego = world.others[7]
        path = f"{world.post.path}/participants/{ego}/evaluations/"
        entered, body = new_id(), {"answers": post_answers(2, BEST="by phone")}
        put = lambda name, given, query="": world.organiser.call("PUT", path + name + query, given)
        self.assertEqual(put(entered, body).status, 201)
        self.assertEqual(put(entered, body).status, 200)
        self.assertEqual(put(entered, {"answers": post_answers(3)}).status, 409)
        self.assertEqual(put(new_id(), body).status, 412)
        self.assertEqual(put(new_id(), {"answers": {"NPS": 11}}).status, 422)
        corrected = new_id()
        self.assertEqual(put(corrected, {"answers": post_answers(3), "replaces": entered}).status, 201)
        proxies = f"SELECT proxy FROM debrief.evaluation WHERE evaluation_id = '%s'"
        self.assertEqual(self.service.sql(proxies % corrected), [["t"]])
        own = world.post.submit_good(world.post_tokens[ego], post_answers(5), replaces=corrected)
        self.assertEqual(self.service.sql(proxies % own), [["f"]])
        refused = put(new_id(), {"answers": post_answers(1), "replaces": own})
        self.assertEqual((refused.status, refused.json["type"]), (409, "/problems/answered"))
        self.assertIn("themselves", refused.json["detail"])
        stranger = f"{world.post.path}/participants/{new_id()}/evaluations/{new_id()}"
        self.assertEqual(world.organiser.call("PUT", stranger, body).status, 404)
        self.assertEqual(world.programme.analyst.call("PUT", path + new_id(), body).status, 403)
        world.post.close()
        late = f"{world.post.path}/participants/{world.others[8]}/evaluations/{new_id()}"
        self.assertEqual(world.organiser.call("PUT", late, body).status, 410)
        self.assertEqual(world.organiser.call("PUT", late + "?late=1", body).status, 201)
        entries = [one for one in self.actions(world) if one["action"] == "evaluation.entered"]
        self.assertEqual(entries[0]["detail"], {"wave": world.post.id, "participant": ego, "evaluation": entered, "replaces": None})
        # Each on record as entered and yet not taken: the other body, the one that replaces nothing, and the late one.
        self.assertEqual([one["detail"]["reason"] for one in self.actions(world) if one["action"] == "evaluation.not_entered"],
                         ["other-body", "stale-edit", "closed"])

    def test_consent(self):
        world = World(self)
        path = world.post.path + "/consent"
        default = world.organiser.made("GET", path)
        self.assertTrue(default["is_default"])
        self.assertIn("pseudonym", default["texts"]["en"])
        self.assertIn(world.programme.operator.made("GET", f"/v1/programmes/{world.programme.id}")["name"], default["texts"]["sv"])
        ego = world.others[9]
        invitation = self.service.sql(f"SELECT invitation_id FROM debrief.invitation WHERE wave_id = '{world.post.id}' "
                                      f"AND participant_id = '{ego}'")[0][0]
        holder = f"'{world.programme.id}', '{world.post.id}', '{invitation}', 1::smallint, 'en'"

        def state():
            return self.service.sql(f"SELECT is_accepted, hash, text FROM logic.consent_state({holder})", role="debriefd_serve")[0]

        def accept(digest):
            return self.service.sql(f"SELECT status FROM logic.consent_accept({holder}, '{digest}')", role="debriefd_serve")[0][0]

        self.assertEqual(state()[:2], ["f", default["hashes"]["en"]])
        self.assertEqual(accept("0" * 64), "409")
        self.assertEqual(accept(default["hashes"]["en"]), "200")
        self.assertEqual(accept(default["hashes"]["en"]), "200")
        self.assertEqual(state()[0], "t")
        changed = world.organiser.made("PUT", path, {"sv": "Ja?", "en": "Yes?"})
        self.assertFalse(changed["is_default"])
        self.assertEqual(state(), ["f", changed["hashes"]["en"], "Yes?"])
        self.assertEqual(accept(default["hashes"]["en"]), "409")
        self.assertEqual(accept(changed["hashes"]["en"]), "200")
        kept = self.service.sql(f"SELECT t.text FROM debrief.consent c JOIN debrief.consent_text t USING (programme_id, text_hash) "
                                f"WHERE c.participant_id = '{ego}' ORDER BY c.accepted_at")
        self.assertEqual([row[0] for row in kept], [default["texts"]["en"], "Yes?"])
        self.assertTrue(world.organiser.made("PUT", path, {})["is_default"])
        self.assertEqual(state()[0], "t")
        self.service.sql(f"UPDATE debrief.study SET anonymity = 'anonymous' WHERE study_id = '{world.study.id}'")
        anonymous = state()
        self.assertIn("anonymously", anonymous[2])
        count = f"SELECT count(*) FROM debrief.consent WHERE programme_id = '{world.programme.id}'"
        before = self.service.sql(count)
        self.assertEqual(accept(anonymous[1]), "200")
        self.assertEqual(self.service.sql(count), before)

    def test_retention(self):
        world = World(self)
        programme = f"/v1/programmes/{world.programme.id}"
        world.post.close()
        world.study.await_settled()
        plan = world.organiser.made("GET", programme + "/retention")
        self.assertEqual([study["is_due"] for study in plan["studies"]], [False, False])
        self.assertEqual(world.organiser.made("PATCH", programme, {"retention_months": 24})["retention_months"], 24)
        # As if it had ended long ago.
        self.service.sql(f"UPDATE debrief.wave SET closed_at = closed_at - interval '5 years' WHERE study_id = '{world.study.id}'")
        plan = {one["study"]: one for one in world.organiser.made("GET", programme + "/retention")["studies"]}
        due = plan[world.study.id]
        self.assertTrue(due["is_due"])
        self.assertFalse(plan[world.other_study.id]["is_due"])
        self.assertEqual(due["goes"]["person"], len(world.people) - 3)
        self.assertEqual(due["goes"]["delegate"], len(world.people))
        before, internal = world.released(), world.study.internal()
        evaluations = self.service.sql(f"SELECT count(*) FROM debrief.evaluation e JOIN debrief.wave w USING (programme_id, wave_id) "
                                       f"WHERE w.study_id = '{world.study.id}'")
        self.assertEqual(evaluations, [[str(due["goes"]["evaluation"])]])
        job = next(one for one in world.organiser.made("GET", "/v1/jobs")["jobs"] if one["kind"] == "retention")
        world.organiser.made("POST", f"/v1/jobs/{job['id']}:run")
        await_true(lambda: world.organiser.made("GET", programme + "/retention")["studies"][0]["archived_at"]
                   or world.organiser.made("GET", programme + "/retention")["studies"][1]["archived_at"], "the archiving")
        self.assertEqual(world.released(), before)
        self.assertEqual(world.study.internal(), internal)
        self.assertEqual(world.study.delegates(), [])
        left = [row for row in self.service.sql(
            f"SELECT 'evaluation', count(*) FROM debrief.evaluation e JOIN debrief.wave w USING (programme_id, wave_id) "
            f"WHERE w.study_id = '{world.study.id}' UNION ALL SELECT 'person', count(*) FROM identity.person "
            f"WHERE programme_id = '{world.programme.id}' ORDER BY 1")]
        self.assertEqual(left, [["evaluation", "0"], ["person", "3"]])
        # The trail still says what was done to a pseudonym, which leads to nobody any more.
        other = world.people[5]
        self.assertEqual(found_in(self.service, [other[0], other[1]]), [])
        left = {table for table, _ in found_in(self.service, [world.others[5]])}
        self.assertLessEqual(left, {"debrief.audit_record"})
        self.assertTrue(self.verify(world)["holds"])
        record = next(one for one in self.actions(world) if one["action"] == "study.archived")
        self.assertEqual((record["actor"], record["detail"]["removed"]), ("debriefd", due["goes"]))
        refused = world.organiser.call("POST", world.study.path + "/delegates:import", delegation_csv(world.people[5:]), "text/csv")
        self.assertEqual(refused.status, 409)
        self.assertEqual(world.erase().status, 200)
        world.other_study.await_settled()
        self.assertEqual(world.study.internal(), internal)
        self.assertIsNone(world.organiser.made("PATCH", programme, {"retention_months": None})["retention_months"])


class KilledTest(ServiceTest):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.stop)

    def worker(self):
        """The supervisor's child that works."""
        with open(f"/proc/{self.service.process.pid}/task/{self.service.process.pid}/children", encoding="ascii") as file:
            children = file.read().split()
        for child in children:
            with open(f"/proc/{child}/cmdline", "rb") as file:
                if b"work" in file.read().split(b"\0"):
                    return int(child)
        raise AssertionError("no worker")

    def test_a_killed_worker_catches_up(self):
        world = World(self)
        before = world.released()
        needles = world.needles()
        worker = self.service.sql("SELECT DISTINCT pid FROM pg_stat_activity WHERE application_name LIKE 'debriefd work%'")
        self.assertEqual(len(worker), 1)
        os.kill(self.worker(), signal.SIGKILL)
        self.assertEqual(world.erase().status, 200)
        world.study.await_settled()
        self.assertEqual(found_in(self.service, needles), [])
        self.assertEqual(world.released(), before)


if __name__ == "__main__":
    main()

"""Setting up: delegations, instruments, waves, invitations, keys, dispositions."""

import concurrent.futures
import copy
import json
import time

from service import (Client, Programme, ServiceTest, await_true, delegation_csv, load_definition, main, new_id,
                     people_of, post_answers)

MINIMAL = {
    "id": "minimal", "title": {"sv": "Minsta", "en": "Least"}, "wave": "post", "languages": ["sv", "en"],
    "items": [{"id": "Q1", "type": "rating", "text": {"sv": "Hur?", "en": "How?"},
               "scale": {"min": 1, "max": 5, "labels": {"1": {"sv": "Illa", "en": "Badly"},
                                                        "5": {"sv": "Väl", "en": "Well"}}}}],
    "measures": [{"id": "Q1", "type": "rating", "items": ["Q1"]}],
}


class SetupTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Set-up")
        cls.organiser = cls.programme.organiser

    def send_csv(self, study, text):
        body = text if isinstance(text, bytes) else text.encode()
        return self.organiser.call("POST", study.path + "/delegates:import", body, "text/csv")

    def imported(self, study, text):
        reply = self.send_csv(study, text)
        self.assertEqual(reply.status, 200, reply)
        return tuple(reply.json[name] for name in ("added", "changed", "unchanged"))

    def names(self):
        return {tuple(row) for row in self.service.sql("SELECT reference, name FROM identity.person")}

    def test_what_spreadsheets_write(self):
        study = self.programme.study("CSV")
        text = ('\ufeffName;Email;SECTOR;organisation;municipality;is_staff;travelled\r\n'
                '"Åsa ""Bo"" Ek; Berg";Asa@Example.org;politics;"Orust\r\nkommun";Orust;nej;JA\r\n'
                'Per,bo@example.org;business;AB\r\n'.replace("Per,bo@", "Per;bo@"))
        self.assertEqual(self.imported(study, text), (2, 0, 0))
        self.assertEqual(self.imported(study, text.replace("\r\n", "\n").replace("Orust\nkommun", "Orust\r\nkommun")),
                         (0, 0, 2))
        found = {one["sector"]: one for one in study.delegates()}
        self.assertEqual(found["politics"]["organisation"], "Orust\r\nkommun")
        self.assertIn(("asa@example.org", 'Åsa "Bo" Ek; Berg'), self.names())

    def test_every_fault_of_a_delegation_is_told_and_nothing_is_stored(self):
        study = self.programme.study("Faults")
        good = "name,email,sector,organisation\nA,fault@example.org,politics,O\n"
        long = "x" * 201
        cases = {
            "name,email,sector\nA,a@b.se,politics\n": {"/1"},
            "name,email,sector,organisation,shoe\nA,a@b.se,politics,O,44\n": {"/1/shoe"},
            "name,email,sector,organisation,name\nA,a@b.se,politics,O,B\n": {"/1/name"},
            good + "B,b@example.org,church,O\n": {"/3"},
            good + "B,fault@EXAMPLE.org,business,O\n": {"/3"},
            good + ",b@example.org,business,O\n": {"/3/name"},
            good + "B,b@example.org,business\n": {"/3/organisation"},
            good + "B,b@example.org,business,O,more\n": {"/3/"},
            good + "B,,business,O\n": {"/3/email"},
            good + f"B,b@example.org,business,{long}\n": {"/3/organisation"},
            good + 'B,b@example.org,"business,O\n': {"/3/"},
            "": {"/1"},
            "name,email,sector,organisation,travelled\nA,a@b.se,politics,O,maybe\n": {"/2/travelled"},
        }
        for text, pointers in cases.items():
            with self.subTest(text=text[:80]):
                reply = self.send_csv(study, text)
                self.assertEqual(reply.status, 422, reply)
                self.assertLessEqual(pointers, {error["pointer"] for error in reply.json["errors"]}, reply)
        for text in [b"name,email,sector,organisation\n\xff\xfe,a@b.se,politics,O\n",
                     b"na\xffme,email,sector,organisation\nA,a@b.se,politics,O\n",
                     b"name,email,sector,organisation\nA\x00B,a@b.se,politics,O\n",
                     b"name,email,sector,organisation\nA,a@b.se,\x00,O\n"]:
            with self.subTest(text=text):
                reply = self.send_csv(study, text)
                self.assertEqual(reply.status, 422, reply)
                json.loads(reply.body.decode())
        self.assertEqual(study.delegates(), [])
        self.assertFalse([row for row in self.names() if row[0] == "fault@example.org"])

    def test_blank_lines_do_not_shift_the_pointers(self):
        study = self.programme.study("Blank")
        text = "name,email,sector,organisation\n\nA,a@b.se,politics,O\n\nB,b@b.se,church,O\n"
        reply = self.send_csv(study, text)
        self.assertEqual([error["pointer"] for error in reply.json["errors"]], ["/5"], reply)

    def test_a_person_on_two_trips_is_one_person(self):
        first, second = self.programme.study("First trip"), self.programme.study("Second trip")
        text = "name,person,sector,organisation\nA,ref-1,politics,O\nB,ref-2,business,O\n"
        self.imported(first, text)
        self.imported(second, text.replace("A,ref-1,politics", "A. New,ref-1,academia"))
        ours, theirs = [{one["person"]: one["id"] for one in study.delegates()} for study in (first, second)]
        self.assertEqual(set(ours), set(theirs))
        self.assertFalse(set(ours.values()) & set(theirs.values()))
        other = Programme(self.service, "Another programme")
        study = other.study("Third")
        other.organiser.made("POST", study.path + "/delegates:import", text.encode(), "text/csv")
        self.assertFalse({one["person"] for one in study.delegates()} & set(ours))

    def test_changes_are_dated(self):
        study = self.programme.study("Dated")
        people = people_of("politics", "business", prefix="dated")
        study.import_delegates(people)
        before = {one["sector"]: one for one in study.delegates()}
        moved = [(*person[:2], "state", person[3]) if person[2] == "business" else person for person in people]
        self.assertEqual(self.imported(study, delegation_csv(moved)), (0, 1, 1))
        one = before["politics"]["id"]
        changed = self.organiser.made("PATCH", f"{study.path}/delegates/{one}", {"travelled": False})
        self.assertEqual((changed["travelled"], changed["sector"]), (False, "politics"))
        same = self.organiser.made("PATCH", f"{study.path}/delegates/{one}", {"travelled": False})
        self.assertEqual(same, changed)
        self.assertEqual({one["id"] for one in study.delegates()}, {one["id"] for one in before.values()})
        rows = self.service.sql(f"SELECT participant_id, sector, valid_from < valid_until, valid_until = 'infinity' "
                                f"FROM debrief.delegate WHERE study_id = '{study.id}' ORDER BY 1, valid_from")
        self.assertEqual(len(rows), 4)
        self.assertTrue(all(row[2] == "t" for row in rows))
        self.assertEqual(sum(row[3] == "t" for row in rows), 2)
        reply = self.organiser.call("PATCH", f"{study.path}/delegates/{one}", {"sector": "church"})
        self.assertEqual(reply.status, 422)

    def test_a_study_ends_after_it_began(self):
        study = self.programme.study("Days", starts_on="2026-05-02")
        for body, status in [({"ends_on": "2026-05-01"}, 422), ({"ends_on": "2026-05-02"}, 200),
                             ({"starts_on": "2026-05-03"}, 422), ({"starts_on": "2026-05-01"}, 200)]:
            self.assertEqual(self.organiser.call("PATCH", study.path, body).status, status, body)

    def test_changes_at_the_same_time_leave_one_history(self):
        study = self.programme.study("Contended")
        person = people_of("politics", prefix="contended")[0]
        study.import_delegates([person])
        one = study.delegates()[0]["id"]

        def change(turn):
            sector = ("politics", "business", "academia", "state")[turn % 4]
            if turn % 2:
                path = f"{study.path}/delegates/{one}"
                return self.organiser.call("PATCH", path, {"sector": sector, "role": str(turn)}).status
            return self.send_csv(study, delegation_csv([(*person[:2], sector, f"Organisation {turn}")])).status

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(set(pool.map(change, range(120))), {200})
        rows = self.service.sql(f"""
            SELECT count(*) FILTER (WHERE valid_from >= valid_until), count(*) FILTER (WHERE valid_until = 'infinity'),
                   count(*) FILTER (WHERE valid_from < earlier)
            FROM (SELECT d.*, lag(valid_until) OVER (ORDER BY valid_from) AS earlier FROM debrief.delegate d
                  WHERE study_id = '{study.id}') h""")
        self.assertEqual(rows, [["0", "1", "0"]])

    def draft(self, definition):
        return self.organiser.call("POST", "/v1/instruments", definition)

    def test_drafts_are_replaced_and_published_versions_stay(self):
        definition = {**MINIMAL, "id": "drafting"}
        made = self.draft(definition)
        self.assertEqual((made.status, made.json["version"], made.json["status"]), (201, 1, "draft"))
        definition["title"] = {"sv": "Ny", "en": "New"}
        self.assertEqual((self.draft(definition).status, self.draft(definition).json["version"]), (200, 1))
        path = "/v1/instruments/drafting/versions/1"
        study = self.programme.study("Draft")
        body = {"kind": "post", "instrument": "drafting", "version": 1}
        self.assertEqual(self.organiser.call("POST", study.path + "/waves", body).status, 422)
        self.organiser.made("POST", path + ":publish")
        self.organiser.made("POST", path + ":publish")
        before = self.organiser.made("GET", path)
        self.assertEqual((before["status"], before["definition"]), ("published", definition))
        self.assertEqual(self.draft(definition).json["version"], 1)
        changed = {**definition, "title": {"sv": "Tredje", "en": "Third"}}
        second = self.draft(changed)
        self.assertEqual((second.status, second.json["version"]), (201, 2))
        self.assertEqual(self.organiser.made("GET", path), before)
        self.organiser.made("POST", study.path + "/waves", body)
        self.organiser.made("POST", path + ":retire")
        body["kind"] = "fu"
        self.assertEqual(self.organiser.call("POST", study.path + "/waves", body).status, 422)
        self.assertEqual(self.organiser.call("POST", path + ":publish").status, 404)

    def test_a_broken_definition_is_told_by_pointers(self):
        broken = copy.deepcopy(MINIMAL)
        broken["items"][0]["scale"]["min"] = 9
        broken["items"].append({"id": "Q1", "type": "nothing", "text": {"sv": "x", "en": "y"}})
        broken["measures"].append({"id": "M", "type": "rating", "items": ["Q9"]})
        broken["more"] = 1
        reply = self.draft(broken)
        self.assertEqual(reply.status, 422)
        pointers = " ".join(error["pointer"] for error in reply.json["errors"])
        for expected in ("/items/0/scale", "/items/1/", "/measures/1", "/more"):
            self.assertIn(expected, pointers)
        for body in (b"{", b'{"id":"a","id":"b"}'):
            self.assertEqual(self.draft(body).status, 400)

    def wave_of(self, name, people=6, **given):
        instrument = self.programme.publish(load_definition("post"))
        study = self.programme.study(name)
        study.import_delegates(people_of(*["politics"] * people, prefix=name.lower().replace(" ", "")))
        return study, study.wave("post", *instrument, **given)

    def test_waves_extend_close_and_reopen_until_their_release(self):
        study, wave = self.wave_of("Reopen", closes_at="2099-01-01T00:00:00Z")
        token = next(iter(wave.invite().values()))
        for body, status in [({"closes_at": "1999-01-01T00:00:00Z"}, 422), ({"kind": "x"}, 422),
                             ({"closes_at": "2098-01-01T00:00:00Z"}, 200), ({"closes_at": None}, 200)]:
            self.assertEqual(self.organiser.call("PATCH", wave.path, body).status, status, body)
        # With the job held back, a wave closed by mistake can be opened again.
        self.service.sql(f"INSERT INTO debrief.lease VALUES ('{self.programme.id}', 'study/{study.id}', "
                         f"gen_random_uuid(), 1000, now() + interval '1 hour') ON CONFLICT (programme_id, name) "
                         f"DO UPDATE SET until = excluded.until, holder = excluded.holder, epoch = lease.epoch + 1")
        self.assertEqual(wave.close()["state"], "closed")
        self.assertEqual(wave.submit(token, {"answers": post_answers()}).status, 410)
        reopened = self.organiser.made("PATCH", wave.path, {"closes_at": "2099-01-01T00:00:00Z"})
        self.assertEqual((reopened["state"], reopened["closed_at"]), ("open", None))
        wave.submit_good(token, post_answers())
        self.service.sql(f"UPDATE debrief.lease SET until = now() WHERE name = 'study/{study.id}'")
        wave.close()
        await_true(lambda: wave.state()["released_at"], "the release")
        reply = self.organiser.call("PATCH", wave.path, {"closes_at": "2099-01-01T00:00:00Z"})
        self.assertEqual((reply.status, reply.json["type"]), (409, "/problems/released"))
        self.assertEqual(wave.close()["state"], "closed")
        self.assertEqual(wave.submit(token, {"answers": post_answers()}).status, 410)

    def test_a_study_has_one_wave_of_a_kind(self):
        study, wave = self.wave_of("One kind")
        body = {"kind": "post", "instrument": "benchmarking-post", "version": 1}
        self.assertEqual(self.organiser.call("POST", study.path + "/waves", body).status, 409)
        same = {**body, "id": wave.id}
        self.assertEqual(self.organiser.call("POST", study.path + "/waves", same).status, 200)
        other, version = self.programme.publish(load_definition("fu"))
        for change in ({"kind": "fu"}, {"instrument": other, "version": version}, {"id": new_id()}):
            reply = self.organiser.call("POST", study.path + "/waves", {**same, **change})
            self.assertEqual((reply.status, reply.json["type"]), (409, "/problems/conflict"), change)

    def test_what_no_job_could_compute_is_refused(self):
        study, _ = self.wave_of("Many waves")
        body = {"instrument": "benchmarking-post", "version": 1}
        statuses = [self.organiser.call("POST", study.path + "/waves", {**body, "kind": f"more{i}"}).status
                    for i in range(8)]
        self.assertEqual(statuses, [201] * 7 + [422])
        study.await_settled()
        programme = {"name": "All", "sectors": ["all", "state"]}
        self.assertEqual(self.service.operator.call("POST", "/v1/programmes", programme).status, 422)

    def test_inviting_again_adds_who_is_new(self):
        study, wave = self.wave_of("Invite")
        before = wave.invite()
        again = self.organiser.made("POST", wave.path + "/invitations")
        self.assertEqual((again["added"], again["total"]), (0, 6))
        study.import_delegates(people_of("state", "state", prefix="late-invite"))
        self.organiser.made("PATCH", f"{study.path}/delegates/{study.delegates()[0]['id']}", {"role": "chair"})
        after = wave.invite()
        self.assertEqual(len(after), 8)
        self.assertEqual({person: after[person] for person in before}, before)
        pages, after_id = [], ""
        while after_id is not None:
            page = self.organiser.made("GET", f"{wave.path}/invitations?limit=3{after_id and '&after=' + after_id}")
            pages += page["invitations"]
            after_id = page["next"]
        self.assertEqual(len({one["id"] for one in pages}), 8)
        self.assertTrue(all("token" not in one for one in pages))
        listed = self.organiser.made("GET", wave.path + "/invitations?tokens=1")["invitations"]
        for one in listed:
            self.assertEqual(one["link"], "https://answers.example.org/i/" + one["token"])
        wave.submit_good(listed[0]["token"], post_answers())
        listed = {one["id"]: one for one in self.organiser.made("GET", wave.path + "/invitations")["invitations"]}
        self.assertEqual(sum(one["answered"] for one in listed.values()), 1)

    def test_people_who_did_not_travel_are_not_invited(self):
        study, wave = self.wave_of("Stayed")
        people = study.delegates()
        self.organiser.made("PATCH", f"{study.path}/delegates/{people[0]['id']}", {"travelled": False})
        self.organiser.made("PATCH", f"{study.path}/delegates/{people[1]['id']}", {"is_staff": True})
        self.assertEqual(set(wave.invite()), {one["id"] for one in people[2:]})

    def test_keys_end_at_once(self):
        keys = f"/v1/programmes/{self.programme.id}/keys"
        made = self.organiser.made("POST", keys, {"role": "coder", "label": "short"})
        client = Client(self.service, made["key"])
        self.assertEqual(client.get("/v1/studies").status, 200)
        rotated = self.organiser.made("POST", f"{keys}/{made['id']}:rotate")
        started = time.monotonic()
        await_true(lambda: client.get("/v1/studies").status == 401, "the rotated key to end", 6)
        fresh = Client(self.service, rotated["key"])
        self.assertEqual(fresh.get("/v1/studies").status, 200)
        self.organiser.made("DELETE", f"{keys}/{made['id']}")
        await_true(lambda: fresh.get("/v1/studies").status == 401, "the revoked key to end", 6)
        print(f"keys ended within {time.monotonic() - started:.3f} s", end=" ")
        self.assertEqual(self.organiser.call("POST", f"{keys}/{made['id']}:rotate").status, 404)
        listed = {one["id"]: one for one in self.organiser.made("GET", keys)["keys"]}
        self.assertTrue(listed[made["id"]]["revoked_at"])
        self.assertFalse([one for one in listed.values() if "key" in one or "secret_hash" in one])
        expired = self.organiser.made("POST", keys, {"role": "coder", "label": "old",
                                                     "expires_at": "2020-01-01T00:00:00Z"})
        self.assertEqual(Client(self.service, expired["key"]).get("/v1/studies").status, 401)

    def test_who_may_hand_out_whose_keys(self):
        """Status of making and of renewing a key, by the caller's role (down) and the key's."""
        programme = Programme(self.service, "Keys")
        keys = f"/v1/programmes/{programme.id}/keys"
        roles = ("organiser", "analyst", "coder", "dashboard")
        callers = {"operator": (self.service.operator, (201, 201, 201, 201), (200, 200, 200, 200)),
                   "organiser": (programme.organiser, (403, 403, 201, 201), (403, 403, 200, 200)),
                   "analyst": (programme.analyst, (403,) * 4, (403,) * 4),
                   "coder": (programme.coder, (403,) * 4, (403,) * 4),
                   "dashboard": (programme.dashboard, (403,) * 4, (403,) * 4),
                   "another organiser": (self.organiser, (404,) * 4, (404,) * 4),
                   "nobody": (Client(self.service), (401,) * 4, (401,) * 4)}
        others = {role: self.service.operator.made("POST", keys, {"role": role, "label": "other"}) for role in roles}
        for name, (caller, making, renewing) in callers.items():
            for role, made, renewed in zip(roles, making, renewing):
                with self.subTest(caller=name, role=role):
                    reply = caller.call("POST", keys, {"role": role, "label": "x"})
                    self.assertEqual((reply.status, b'"key"' in reply.body), (made, made == 201))
                    reply = caller.call("POST", f"{keys}/{others[role]['id']}:rotate")
                    self.assertEqual((reply.status, b'"key"' in reply.body), (renewed, renewed == 200))
                    if renewed == 200:
                        others[role] = reply.json
        for role in roles:  # a refused renewal left the old secret in force
            self.assertEqual(Client(self.service, others[role]["key"]).get("/v1/studies").status, 200)
        self.assertEqual(programme.organiser.call("POST", keys, {"role": "operator", "label": "x"}).status, 403)
        self.assertEqual(self.service.operator.call("POST", keys, {"role": "operator", "label": "x"}).status, 422)
        own = programme.organiser.call("POST", f"{keys}/{programme.keys['organiser']}:rotate")
        self.assertEqual((own.status, own.json["role"]), (200, "organiser"))
        renewed = Client(self.service, own.json["key"])
        for role in roles:  # ending one gives nobody anything
            self.assertEqual(renewed.call("DELETE", f"{keys}/{others[role]['id']}").status, 200)

    def test_dispositions_count(self):
        study, wave = self.wave_of("Dispositions")
        people = list(wave.invite())
        for participant, code in zip(people, ["R", "NC", "O", "UE", "NE"]):
            path = f"{wave.path}/dispositions/{participant}"
            self.assertEqual(self.organiser.made("PUT", path, {"code": code})["code"], code)
        self.assertEqual(self.organiser.call("PUT", path, {"code": "X"}).status, 422)
        self.assertEqual(self.organiser.call("PUT", f"{wave.path}/dispositions/{new_id()}", {"code": "R"}).status, 404)
        study.await_settled()
        rows = {row["metric"]: row["value"] for row in study.internal("&family=response&slice=all")}
        self.assertEqual(rows["resp.N"], 5)  # one was not eligible

    def test_time_zones_are_those_of_the_database(self):
        names = [("Europe/Stockholm", 201), ("America/Port-au-Prince", 201), ("America/Argentina/Ushuaia", 201),
                 ("UTC", 201), ("Etc/GMT+2", 201), ("Mars/Phobos", 422), ("Europe/", 422), ("Foo/Bar5", 422),
                 ("FOO5", 422), ("stockholm", 422)]
        for name, status in names:
            reply = self.organiser.call("POST", "/v1/studies", {"name": "Zone " + name, "time_zone": name})
            self.assertEqual(reply.status, status, name)

    def test_dispositions_of_many_are_set_or_none(self):
        study, wave = self.wave_of("Dispositions of many")
        people = sorted(wave.invite())
        path = wave.path + "/dispositions"

        def given(*pairs):
            return {"dispositions": [{"participant": participant, "code": code} for participant, code in pairs]}

        for refused in (given((people[0], "I"), (new_id(), "I")), given((people[0], "I"), (people[0], "P")),
                        given((people[0], "X")), {}):
            self.assertEqual(self.organiser.call("POST", path, refused).status, 422)
        self.assertEqual(self.organiser.call("POST", f"/v1/waves/{new_id()}/dispositions", given()).status, 404)
        many = given(*((participant, "NE") for participant in people[:3]))
        for counts in ((3, 0), (0, 3)):
            made = self.organiser.made("POST", path, many)
            self.assertEqual((made["set"], made["unchanged"]), counts)
        made = self.organiser.made("POST", path, given((people[0], "R"), (people[1], "NE")))
        self.assertEqual((made["set"], made["unchanged"]), (1, 1))
        study.await_settled()
        rows = {row["metric"]: row["value"] for row in study.internal("&family=response&slice=all")}
        self.assertEqual(rows["resp.N"], len(people) - 2)

    def test_a_job_is_due_while_something_waits_for_it(self):
        study, wave = self.wave_of("Due")
        study.await_settled()
        self.assertFalse(study.job("refresh")["is_due"])
        self.assertFalse(study.job("verify")["is_due"])
        await_true(lambda: self.is_due_after_a_change(study, wave), "a change to be seen before it is folded")

    def is_due_after_a_change(self, study, wave):
        wave.organiser.made("POST", wave.path + ":close")
        return study.job("refresh")["is_due"]

    def test_a_study_of_nobody_and_of_one(self):
        instrument = self.programme.publish(load_definition("post"))
        for people in ([], ["politics"]):
            study = self.programme.study(f"Of {len(people)}")
            if people:
                study.import_delegates(people_of(*people, prefix="alone"))
            wave = study.wave("post", *instrument)
            for token in wave.invite().values():
                wave.submit_good(token, post_answers())
            study.await_settled()
            internal = study.internal()
            self.assertTrue(internal)
            for row in internal:
                self.assertTrue(row["value"] is not None or row["null_reason"], row)
            wave.close()
            await_true(lambda: wave.state()["released_at"], "the release")
            self.assertEqual(self.organiser.made("GET", study.path + "/response_rates")["study"], study.id)


if __name__ == "__main__":
    main()

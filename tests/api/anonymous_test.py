"""Anonymous studies: nobody can lead an answer back to a person, and who tries with the whole database cannot either.

What is claimed, and tested as said here. After closing, nothing that remains (columns, order of rows, transaction ids,
ids, times, logs, receipts) relates an answer to a link or a person. While the wave is open, whoever reads the database
sees by the transaction which link's hash came with which answer; which person a hash belongs to is told by the wave's
secret only, and by nothing once that is gone.
"""

import concurrent.futures
import ctypes
import ctypes.util
import datetime
import json
import random
import re

from service import (Client, Programme, ServiceTest, await_true, load_anonymous_definition, load_definition, main, new_id,
                     people_of, post_answers)

PEOPLE = 12
SECTORS = ["politics"] * 4 + ["business"] * 4 + ["academia"] * 3 + ["state"]


def answers_of(number):
    """Nobody else's: two answers of five and the words."""
    return post_answers(S_PROG1=1 + number % 5, S_PROG2=1 + number // 5, BEST=f"words of number {number}")


def places(sequence):
    return {one: place for place, one in enumerate(sequence)}


def correlation(first, second):
    """Spearman's, of two orders of the same things."""
    one, other, n = places(first), places(second), len(first)
    return 1 - 6 * sum((one[thing] - other[thing]) ** 2 for thing in first) / (n * (n * n - 1))


class AnonymousTest(ServiceTest):
    settings = {"log_level": "debug"}

    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Anonymous")
        cls.instrument = cls.programme.publish(load_anonymous_definition())
        cls.post = cls.programme.publish(load_definition("post"))
        cls.organiser = cls.programme.organiser

    def make(self, name, **given):
        study = self.programme.study(name, anonymity="anonymous")
        study.import_delegates(people_of(*SECTORS, prefix=new_id()[:8]))
        return study, study.wave("post", *self.instrument, **given)

    def invite(self, wave):
        self.organiser.made("POST", wave.path + "/invitations")

    def links(self, wave):
        listed = self.organiser.made("GET", wave.path + "/invitations?tokens=1")["invitations"]
        return [one["token"] for one in listed]

    def tokens_of(self, study, wave):
        """By participant: what the mail sender knows, while the secret is there."""
        rows = self.service.sql(f"""
            SELECT d.participant_id, rtrim(translate(replace(encode(uuid_send(d.programme_id) || uuid_send('{wave.id}')
                   || logic.anonymous_token(d.programme_id, '{wave.id}', d.participant_id), 'base64'), E'\\n', ''),
                   '+/', '-_'), '=')
            FROM debrief.delegate d WHERE d.study_id = '{study.id}' AND d.valid_until = 'infinity'""")
        return {participant: "da_" + text for participant, text in rows if text}

    def count(self, table, wave):
        return int(self.service.sql(f"SELECT count(*) FROM debrief.{table} WHERE wave_id = '{wave.id}'")[0][0])

    # What an organiser may do.

    def test_a_study_becomes_anonymous_only_before_anybody_is_invited(self):
        study = self.programme.study("Later")
        study.import_delegates(people_of(*SECTORS, prefix=new_id()[:8]))
        wave = study.wave("post", *self.instrument)
        self.assertEqual(wave.state()["anonymity"], "pseudonymous")
        for mode in ("anonymous", "pseudonymous", "anonymous"):
            changed = self.organiser.made("PATCH", study.path, {"anonymity": mode})
            self.assertEqual((changed["anonymity"], wave.state()["anonymity"]), (mode, mode))
        self.invite(wave)
        reply = self.organiser.call("PATCH", study.path, {"anonymity": "pseudonymous"})
        self.assertEqual(reply.status, 409, reply)
        self.assertEqual(self.organiser.call("PATCH", study.path, {"anonymity": "anonymous", "note": "x"}).status, 200)
        self.assertEqual(self.organiser.call("PATCH", study.path, {"anonymity": "secret"}).status, 422)

    def test_an_imported_answer_or_a_closed_wave_fixes_it_too(self):
        study = self.programme.study("Answered")
        study.import_delegates(people_of(*SECTORS, prefix=new_id()[:8]))
        wave = study.wave("post", *self.instrument)
        person = study.delegates()[0]["id"]
        line = {"id": new_id(), "participant": person, "evaluation": {"answers": post_answers()}}
        self.assertEqual(wave.import_lines([line])[0]["outcome"], "new")
        self.assertEqual(self.organiser.call("PATCH", study.path, {"anonymity": "anonymous"}).status, 409)
        empty = self.programme.study("Closed", anonymity="anonymous")
        empty.wave("post", *self.instrument).close()
        self.assertEqual(self.organiser.call("PATCH", empty.path, {"anonymity": "pseudonymous"}).status, 409)

    def test_questions_that_say_who_answers_are_refused(self):
        study = self.programme.study("Ties", anonymity="anonymous")
        body = {"kind": "post", "instrument": self.post[0], "version": self.post[1]}
        reply = self.organiser.call("POST", study.path + "/waves", body)
        self.assertEqual(reply.status, 422, reply)
        self.assertIn("CONTACTS", reply.json["detail"])
        study = self.programme.study("Ties later")
        study.wave("post", *self.post)
        self.assertEqual(self.organiser.call("PATCH", study.path, {"anonymity": "anonymous"}).status, 422)

    def test_nothing_is_done_in_somebodys_name(self):
        study, wave = self.make("Names")
        self.invite(wave)
        person = study.delegates()[0]["id"]
        self.assertEqual(self.organiser.call("PUT", f"{wave.path}/dispositions/{person}", {"code": "R"}).status, 409)
        body = {"dispositions": [{"participant": person, "code": "R"}]}
        self.assertEqual(self.organiser.call("POST", wave.path + "/dispositions", body).status, 409)
        line = {"id": new_id(), "participant": person, "evaluation": {"answers": post_answers()}}
        self.assertEqual(wave.import_lines([line])[0]["outcome"], "no_participant")
        self.assertEqual(self.organiser.made("GET", wave.path + "/invitations")["invitations"], [])
        row = self.service.sql(f"SELECT invitation_id FROM debrief.invitation WHERE wave_id = '{wave.id}' LIMIT 1")[0][0]
        self.assertEqual(self.organiser.call("POST", f"/v1/invitations/{row}:rotate").status, 404)

    def test_the_pool_is_made_as_a_whole(self):
        study, wave = self.make("Pool")
        self.assertEqual(self.organiser.made("POST", wave.path + "/invitations"), {"added": PEOPLE, "total": PEOPLE})
        study.import_delegates(people_of("state", prefix=new_id()[:8]))
        self.assertEqual(self.organiser.made("POST", wave.path + "/invitations"), {"added": 1, "total": PEOPLE + 1})
        first = self.links(wave)
        self.assertEqual(len(set(first)), PEOPLE + 1)
        one = self.service.sql(f"SELECT count(DISTINCT xmin::text), count(DISTINCT created_at), count(participant_id),"
                               f" count(spent_on) FROM debrief.invitation WHERE wave_id = '{wave.id}'")[0]
        self.assertEqual(one, ["1", "1", "0", "0"])
        self.assertEqual(wave.submit(first[0], {"answers": answers_of(0)}).status, 201)
        self.assertEqual(self.organiser.made("POST", wave.path + "/invitations"), {"added": 0, "total": PEOPLE + 1})
        study.import_delegates(people_of("state", prefix=new_id()[:8]))
        self.assertEqual(self.organiser.call("POST", wave.path + "/invitations").status, 409)
        sealed = self.organiser.made("POST", wave.path + "/invitations:seal")
        self.assertEqual(sealed, {"wave": wave.id, "total": PEOPLE + 1})
        self.assertEqual(self.links(wave), [])
        self.assertEqual(wave.submit(first[1], {"answers": answers_of(1)}).status, 201)

    def test_whose_link_it_is_cannot_be_told_by_difference(self):
        """Once the links were listed, none comes or goes with a person, so that two lists are the same."""
        study, wave = self.make("Difference")
        self.invite(wave)
        first = self.links(wave)
        one = study.delegates()[0]
        for change in ({"travelled": False}, {"travelled": True}, {"is_staff": True}, {"is_staff": False}):
            self.organiser.made("PATCH", f"{study.path}/delegates/{one['id']}", change)
            self.organiser.call("POST", wave.path + "/invitations")
            self.assertEqual(self.links(wave), first, change)
        study.import_delegates(people_of("state", prefix=new_id()[:8]))
        self.assertEqual(self.organiser.call("POST", wave.path + "/invitations").status, 409)
        self.assertEqual(self.links(wave), first)

    def test_tokens_are_read_on_record(self):
        _, wave = self.make("Audit")
        self.invite(wave)
        before = self.service.sql("SELECT count(*) FROM debrief.audit_record WHERE record LIKE '%tokens_read%'")
        self.links(wave)
        after = self.service.sql("SELECT count(*) FROM debrief.audit_record WHERE record LIKE '%tokens_read%'")
        self.assertEqual(int(after[0][0]), int(before[0][0]) + 1)

    # What a participant may do.

    def test_a_token_counts_once_whatever_follows(self):
        _, wave = self.make("Once")
        self.invite(wave)
        token, other = self.links(wave)[:2]
        self.assertEqual(wave.submit(token, {"answers": {"S_PROG1": 9}}).status, 422)
        first = wave.submit(token, {"answers": answers_of(1)})
        self.assertEqual(first.status, 201, first)
        for body in ({"answers": answers_of(1)}, {"answers": answers_of(2)}, {"answers": {"S_PROG1": 9}}):
            reply = wave.submit(token, body)
            self.assertEqual((reply.status, reply.body), (200, first.body))
        edit = wave.submit(other, {"answers": answers_of(3), "replaces": new_id()})
        self.assertEqual(edit.status, 422, edit)
        self.assertEqual(self.count("anonymous_answer", wave), 1)
        holder, stranger = Client(self.service, token), Client(self.service, other)
        self.assertEqual(holder.get("/v1/receipts/" + new_id()).body, first.body)
        self.assertFalse(stranger.get("/v1/receipts/" + new_id()).json["recorded"])
        wave.close()
        for late in (token, other):
            self.assertEqual(wave.submit(late, {"answers": answers_of(1)}).status, 410)
        self.assertEqual(self.count("evaluation", wave), 1)

    def test_many_at_once_with_one_token_are_one(self):
        _, wave = self.make("Race")
        self.invite(wave)
        token = self.links(wave)[0]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            replies = list(pool.map(lambda number: wave.submit(token, {"answers": answers_of(number)}), range(16)))
        self.assertEqual(sorted(reply.status for reply in replies), [200] * 15 + [201])
        self.assertEqual(self.count("anonymous_answer", wave), 1)

    def test_a_lost_database_spends_no_token_without_an_answer(self):
        _, wave = self.make("Lost")
        self.invite(wave)
        tokens = self.links(wave)
        kill = ("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE application_name LIKE 'debriefd serve%'")
        with concurrent.futures.ThreadPoolExecutor(PEOPLE) as pool:
            sent = [pool.submit(wave.submit, token, {"answers": answers_of(number)})
                    for number, token in enumerate(tokens)]
            self.service.sql(kill)
            statuses = {one.result().status for one in sent}
        self.assertLessEqual(statuses, {201, 503})
        spent = f"SELECT count(spent_on) FROM debrief.invitation WHERE wave_id = '{wave.id}'"
        self.assertEqual(int(self.service.sql(spent)[0][0]), self.count("anonymous_answer", wave))
        for number, token in enumerate(tokens):
            body = {"answers": answers_of(number)}
            await_true(lambda token=token, body=body: wave.submit(token, body).status in (200, 201), "the answer")
        self.assertEqual(self.count("anonymous_answer", wave), PEOPLE)

    def test_answers_race_with_the_closing(self):
        _, wave = self.make("Closing")
        self.invite(wave)
        with concurrent.futures.ThreadPoolExecutor(PEOPLE + 1) as pool:
            sent = [pool.submit(wave.submit, token, {"answers": answers_of(number)})
                    for number, token in enumerate(self.links(wave))]
            pool.submit(wave.close).result()
            statuses = [one.result().status for one in sent]
        self.assertLessEqual(set(statuses), {201, 410})
        self.assertEqual(self.count("evaluation", wave), statuses.count(201))
        self.assertEqual(self.count("anonymous_answer", wave), 0)

    def test_tokens_of_elsewhere_are_refused(self):
        _, wave = self.make("Here")
        _, there = self.make("There")
        self.invite(wave)
        self.invite(there)
        mine, foreign = self.links(wave)[0], self.links(there)[0]
        self.assertEqual(wave.submit(foreign, {"answers": answers_of(1)}).status, 403)
        guessed = mine[:-4] + ("AAAA" if mine[-4:] != "AAAA" else "BBBB")
        self.assertEqual(wave.submit(guessed, {"answers": answers_of(1)}).status, 403)
        self.assertEqual(wave.submit(mine[:-1], {"answers": answers_of(1)}).status, 401)
        self.assertEqual(Client(self.service, mine).get("/v1/studies").status, 403)
        early = self.make("Early", opens_at="2999-01-01T00:00:00Z")[1]
        self.invite(early)
        self.assertEqual(early.submit(self.links(early)[0], {"answers": answers_of(1)}).status, 409)

    # What is counted.

    def test_response_is_counted_while_open_and_everything_when_closed(self):
        study, wave = self.make("Counted")
        self.invite(wave)
        for number, token in enumerate(self.links(wave)[:10]):
            self.assertEqual(wave.submit(token, {"answers": answers_of(number)}).status, 201)
        study.await_settled()
        rates = self.organiser.made("GET", study.path + "/response_rates")["rates"]
        live = {"wave": "post", "slice": "all", "rate": 10 / 12, "answered": 10, "delegation": PEOPLE}
        self.assertEqual(rates, [live])
        row = {one["metric"]: one for one in study.internal("&family=response&slice=all&item=")}
        self.assertEqual((row["resp.N"]["value"], row["resp.RR2"]["null_reason"]), (PEOPLE, "wave_open"))
        wave.close()
        study.await_settled()
        self.assertEqual(self.organiser.made("GET", study.path + "/response_rates")["rates"], [live])
        rows = study.internal("&item=S_PROG1")
        mean = next(one for one in rows if (one["metric"], one["slice"]) == ("mean", "all"))
        self.assertEqual((mean["value"], mean["n"], mean["N"]), (sum(1 + n % 5 for n in range(10)) / 10, 10, PEOPLE))
        parts = [one for one in rows if one["slice"] != "all"]
        self.assertEqual({one["slice"] for one in parts}, {"politics", "business", "academia", "state"})
        self.assertEqual({(one["value"], one["null_reason"], one["n"]) for one in parts}, {(None, "anonymous", 0)})
        every = {(one["metric"], one["null_reason"]) for one in study.internal("&slice=all")}
        for metric in ("resp.R_indicator", "resp.panel_rate", "poststrat_mean", "poststrat_se"):
            self.assertIn((metric, "anonymous"), every)
        balance = study.internal("&family=balance&slice=politics&metric=count")
        self.assertEqual([one["value"] for one in balance], [4])

    def test_a_release_is_of_everybody_and_verified_at_night(self):
        study, wave = self.make("Released")
        self.invite(wave)
        for number, token in enumerate(self.links(wave)):
            self.assertEqual(wave.submit(token, {"answers": answers_of(number)}).status, 201)
        wave.close()
        study.await_settled()
        rows = study.metrics()["metrics"]
        shown = {one["slice"] for one in rows if one["value"] is not None and one["family"] == "satisfaction"}
        self.assertEqual(shown, {"all", "politics+business+academia+state"})
        means = {one["slice"]: (one["value"], one["n"]) for one in rows
                 if (one["item"], one["metric"]) == ("S_PROG1", "mean")}
        self.assertEqual(len(set(means.values())), 1, means)
        frame = {one["null_reason"] for one in rows if one["family"] == "response" and one["slice"] != "all"}
        self.assertEqual(frame, {"anonymous"})
        total = {one["metric"]: one["value"] for one in rows if one["family"] == "response" and one["slice"] == "all"}
        self.assertEqual(total["resp.RR2"], 1)
        explained = self.organiser.made("GET", study.path + "/releases:explain")
        self.assertIn('"sector":"politics","answers":null', json.dumps(explained, separators=(",", ":")))
        job = study.job("verify")
        self.organiser.call("POST", f"/v1/jobs/{job['id']}:run")
        runs = await_true(lambda: self.organiser.made("GET", f"/v1/jobs/{job['id']}/runs")["runs"], "the verification")
        self.assertEqual(runs[0]["outcome"], "succeeded", runs[0])

    def test_fewer_than_k_are_told_to_nobody(self):
        study, wave = self.make("Few")
        self.invite(wave)
        for number, token in enumerate(self.links(wave)[:4]):
            wave.submit(token, {"answers": answers_of(number)})
        wave.close()
        study.await_settled()
        rows = study.metrics()["metrics"]
        self.assertEqual([one for one in rows if one["family"] == "satisfaction" and one["value"] is not None], [])
        self.assertIn('"sector":"all"', json.dumps(self.organiser.made("GET", study.path + "/releases:explain"),
                                                   separators=(",", ":")))

    def test_who_leaves_the_delegation_has_answered_all_the_same(self):
        study, wave = self.make("Left")
        self.invite(wave)
        for number, token in enumerate(self.links(wave)):
            wave.submit(token, {"answers": answers_of(number)})
        for one in study.delegates()[:3]:
            self.organiser.made("PATCH", f"{study.path}/delegates/{one['id']}", {"travelled": False})
        wave.close()
        study.await_settled()
        row = {one["metric"]: one for one in study.internal("&family=response&slice=all&item=")}
        self.assertEqual((row["resp.N"]["value"], row["resp.RR2"]["value"]), (PEOPLE, 1))
        self.assertEqual(study.job("refresh")["failures"], 0)

    def test_the_due_job_closes_it_the_same_way(self):
        closes = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        study, wave = self.make("Due", closes_at=closes.isoformat())
        self.invite(wave)
        token = self.links(wave)[0]
        wave.submit(token, {"answers": answers_of(1)})
        self.service.sql(f"UPDATE debrief.wave SET closes_at = now() WHERE wave_id = '{wave.id}'")
        self.assertEqual(wave.submit(self.links(wave)[1], {"answers": answers_of(2)}).status, 410)
        await_true(lambda: wave.state()["closed_at"], "the wave to be closed")
        self.assertEqual([self.count(table, wave) for table in
                          ("evaluation", "anonymous_answer", "invitation", "anonymous_secret")], [1, 0, 0, 0])
        reply = self.organiser.call("PATCH", wave.path, {"closes_at": closes.isoformat()})
        self.assertEqual(reply.status, 409, reply)

    # Who tries to find out.

    def test_what_is_deleted_is_vacuumed_however_little_it_is(self):
        rows = self.service.sql("SELECT c.relname, array_to_string(c.reloptions, ' ') FROM pg_class c WHERE c.oid = ANY ("
                                "'{debrief.invitation,debrief.anonymous_secret,debrief.anonymous_answer}'::regclass[])")
        self.assertEqual({options for _, options in rows},
                         {"autovacuum_vacuum_threshold=0 autovacuum_vacuum_scale_factor=0"})
        self.assertEqual(self.service.sql("SHOW autovacuum"), [["on"]])

    def tables(self):
        """Every row of every table, as text, by table."""
        names = [row[0] for row in self.service.sql(
            "SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname IN ('debrief', 'identity') AND c.relkind IN ('r', 'p')")]
        return {name: [row[0] for row in self.service.sql(f"SELECT t.xmin || ' ' || t::text FROM {name} t")]
                for name in names}

    def sets(self, query):
        return [tuple(row) for row in self.service.sql(query)]

    def test_nothing_leads_back(self):
        study, wave = self.make("Relinked")
        self.invite(wave)
        tokens = self.tokens_of(study, wave)
        self.assertEqual(set(tokens.values()), set(self.links(wave)))
        orders = self.orders_of_people(study, wave, tokens)
        self.check_pool(wave, orders, tokens)
        asked = list(tokens)
        random.shuffle(asked)
        orders["sent"] = asked
        named = {person: new_id() for person in asked}
        said = {person: answers_of(number)["BEST"] for number, person in enumerate(asked)}
        receipts = set()
        for number, person in enumerate(asked):
            reply = wave.submit(tokens[person], {"answers": answers_of(number), "language": "sv"}, named[person])
            self.assertEqual(reply.status, 201, reply)
            receipts.add(reply.body)
        self.check_open(wave, tokens, said)
        wave.close()
        study.await_settled()
        self.check_receipts(wave, receipts)
        self.check_rows(wave)
        self.check_orders(wave, orders, {words: person for person, words in said.items()})
        self.check_texts(wave, tokens, named, said)

    def check_open(self, wave, tokens, said):
        """What an insider with the whole database sees while the wave is open: exactly the claim."""
        joined = self.sets("SELECT encode(v.token_hash, 'hex'), a.texts FROM debrief.invitation v"
                           " JOIN debrief.anonymous_answer a ON a.xmin = v.xmin WHERE v.wave_id = '%s'" % wave.id)
        self.assertEqual(len(joined), PEOPLE)  # which hash came with which answer
        derived = dict(self.sets("SELECT encode(sha256(logic.anonymous_token(v.programme_id, v.wave_id, d.participant_id)),"
                                 " 'hex'), d.participant_id FROM debrief.invitation v JOIN debrief.wave w USING (wave_id)"
                                 " JOIN debrief.delegate d ON d.study_id = w.study_id WHERE v.wave_id = '%s'" % wave.id))
        self.assertEqual({derived[one]: json.loads(texts)["BEST"] for one, texts in joined}, said)  # and so who said it
        self.organiser.made("POST", wave.path + "/invitations:seal")
        self.assertEqual(self.sets("SELECT count(logic.anonymous_token(programme_id, wave_id, wave_id))::text"
                                   " FROM debrief.wave WHERE wave_id = '%s'" % wave.id), [("0",)])
        # Nothing is left that a person's hash could be made of, and no row of the pool has a word of a person's.
        self.assertEqual(self.count("anonymous_secret", wave), 0)
        pool = "\n".join(str(row) for row in self.sets(
            "SELECT v.ctid, v.xmin, v.* FROM debrief.invitation v WHERE v.wave_id = '%s'" % wave.id))
        for person in tokens:
            self.assertNotIn(person, pool)

    def check_pool(self, wave, orders, tokens):
        """The pool as it is made is in no order of people."""
        by_hash = {self.hash_of(token): person for person, token in tokens.items()}
        for column in ("ctid", "invitation_id", "token_hash"):
            rows = self.sets("SELECT encode(v.token_hash, 'hex') FROM debrief.invitation v WHERE v.wave_id = '%s'"
                             " ORDER BY v.%s" % (wave.id, column))
            for name, people in orders.items():
                self.assertLess(abs(correlation(people, [by_hash[row[0]] for row in rows])), 0.975, (column, name))

    def orders_of_people(self, study, wave, tokens):
        """Every order in which people stand somewhere, or did."""
        orders = {}
        for column in ("ctid", "participant_id", "person_id", "organisation", "valid_from"):
            orders["delegation by " + column] = [row[0] for row in self.sets(
                "SELECT d.participant_id FROM debrief.delegate d WHERE d.study_id = '%s' ORDER BY d.%s, d.ctid"
                % (study.id, column))]
        orders["names"] = [row[0] for row in self.sets(
            "SELECT d.participant_id FROM debrief.delegate d JOIN identity.person p USING (programme_id, person_id)"
            " WHERE d.study_id = '%s' ORDER BY p.name" % study.id)]
        orders["tokens"] = sorted(tokens, key=tokens.get)
        return orders

    def hash_of(self, token):
        return self.sets("SELECT encode(sha256(substring(decode(translate('%s', '-_', '+/'), 'base64') FROM 33)), 'hex')"
                         % token[3:])[0][0]

    def check_receipts(self, wave, receipts):
        """All who answered on one day have one receipt, which says the wave and the day, and is genuine."""
        days = {json.loads(receipt)["recorded_on"] for receipt in receipts}
        self.assertEqual(len(receipts), len(days))
        self.assertLessEqual(len(days), 2)  # at midnight
        keys = {one["id"]: one["public_key"] for one in Client(self.service).get("/v1/receipt_keys").json["keys"]}
        sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
        for receipt in map(json.loads, receipts):
            self.assertEqual(set(receipt), {"recorded", "anonymous", "programme", "wave", "recorded_on", "key",
                                            "signature"})
            self.assertEqual(receipt["wave"], wave.id)
            stated = "\n".join(["debriefd anonymous receipt 1", receipt["programme"], receipt["wave"],
                                receipt["recorded_on"], ""]).encode()
            signed = (bytes.fromhex(receipt["signature"]), stated, ctypes.c_ulonglong(len(stated)),
                      bytes.fromhex(keys[receipt["key"]]))
            self.assertEqual(sodium.crypto_sign_verify_detached(*signed), 0)

    def check_rows(self, wave):
        """Of the links nothing is left; the answers are of one transaction, of nobody, and know but the day."""
        for table in ("invitation", "anonymous_answer", "anonymous_secret", "draft", "disposition"):
            self.assertEqual(self.count(table, wave), 0, table)
        row = self.sets("SELECT count(*), count(DISTINCT xmin::text), count(participant_id), count(replaces),"
                        " count(seal_id), count(seal_position), max(octet_length(body_hash)), count(*) FILTER"
                        " (WHERE received_at <> date_trunc('day', received_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'),"
                        " count(*) FILTER (WHERE evaluation_id::text !~ '^.{14}4'), count(*) FILTER (WHERE proxy)"
                        " FROM debrief.evaluation WHERE wave_id = '%s'" % wave.id)
        self.assertEqual(row, [(str(PEOPLE), "1", "0", "0", "0", "0", "0", "0", "0", "0")])

    def check_orders(self, wave, orders, person_of):
        """No order of the answers is an order of people, or nearly: of 12 things, chance has a correlation of 0.975 once
        in three million pairs of orders. Orders by answers themselves are none."""
        found = {}
        for column in ("ctid", "evaluation_id", "xmin::text::bigint, ctid", "received_at, ctid", "seal_position, ctid"):
            found[column] = self.sets("SELECT texts FROM debrief.evaluation WHERE wave_id = '%s' ORDER BY %s"
                                      % (wave.id, column))
        found["members"] = self.sets("SELECT e.texts FROM debrief.atom_member m JOIN debrief.evaluation e"
                                     " USING (programme_id, evaluation_id) WHERE m.wave_id = '%s' AND m.family = '*'"
                                     " ORDER BY m.ctid" % wave.id)
        self.assertEqual({len(rows) for rows in found.values()}, {PEOPLE})
        for column, rows in found.items():
            answered = [person_of[json.loads(texts)["BEST"]] for texts, in rows]
            for name, people in orders.items():
                self.assertLess(abs(correlation(people, answered)), 0.975, f"answers by {column}, people by {name}")

    def check_texts(self, wave, tokens, named, said):
        """No row anywhere, and no line of a log, has a token, its hash or the client's name of an answer; what an answer's
        row has of its own stands beside nothing of a person's."""
        tables = self.tables()
        written = "\n".join(row for rows in tables.values() for row in rows)
        logs = self.service.log() + self.service.database_log()
        self.assertIn("http_request", logs)
        for person, token in tokens.items():
            raw = self.hash_of(token)
            for secret in (token, token[-20:], raw, raw[:16], named[person]):
                self.assertNotIn(secret, written)
                self.assertNotIn(secret, logs)
            self.assertNotIn(person, logs)
        self.assertIsNone(re.search("words of number", logs))
        ids = [row[0] for row in self.sets("SELECT evaluation_id FROM debrief.evaluation WHERE wave_id = '%s'" % wave.id)]
        about = {name: [row for row in rows if any(one in row for one in ids)] for name, rows in tables.items()}
        self.assertEqual({name for name, rows in about.items() if rows}, {"debrief.evaluation", "debrief.atom_member"})
        for row in about["debrief.evaluation"] + about["debrief.atom_member"]:
            self.assertFalse([person for person in tokens if person in row])
            self.assertNotIn(re.sub(" .*", "", row, flags=re.S), self.xmins_of_people(tables, tokens))

    @staticmethod
    def xmins_of_people(tables, tokens):
        """The transactions of rows that name a person."""
        return {re.sub(" .*", "", row, flags=re.S) for rows in tables.values() for row in rows
                if any(person in row for person in tokens)}


if __name__ == "__main__":
    main()

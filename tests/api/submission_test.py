"""Submissions and imports: exactly once, for whom they are, and nothing that is not an evaluation."""

import concurrent.futures
import json
import socket

from service import Client, Programme, ServiceTest, load_definition, main, new_id, people_of, post_answers


def line_of(participant, answers=None, evaluation=None, **given):
    return {"id": evaluation or new_id(), "participant": participant,
            "evaluation": {"answers": answers or post_answers(), **given}}


class SubmissionTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Submissions")
        cls.other = Programme(cls.service, "Others")
        cls.instrument = cls.programme.publish(load_definition("post"))
        cls.study, cls.wave, cls.tokens = cls.make(cls.programme, cls.instrument, "own")

    @classmethod
    def make(cls, programme, instrument, prefix, people=12, **given):
        study = programme.study("Study " + prefix)
        study.import_delegates(people_of(*["politics"] * people, prefix=prefix))
        wave = study.wave("post", *instrument, **given)
        return study, wave, wave.invite()

    def fresh(self, **given):
        """A wave nobody answered."""
        return self.make(self.programme, self.instrument, "n" + new_id()[:8], **given)

    def count(self, wave):
        found = self.service.sql(f"SELECT count(*) FROM debrief.evaluation WHERE wave_id = '{wave.id}'")
        return int(found[0][0])

    def check(self, reply, status, slug=None):
        self.assertEqual(reply.status, status, reply)
        self.assertEqual(reply.headers.get_content_type(), "application/problem+json")
        if slug:
            self.assertEqual(reply.json["type"], "/problems/" + slug)
        return reply.json

    def test_bad_bodies_are_refused_and_nothing_is_stored(self):
        _, wave, tokens = self.fresh()
        token = next(iter(tokens.values()))
        good = json.dumps({"answers": post_answers()}).encode()
        malformed = [b"", b" ", b"{", good[:-1], good + b"x", good.replace(b'"P1": 4', b'"P1": 4, "P1": 4'),
                     good.replace(b'"answers"', b'"answers": {}, "answers"'), b'{"answers":{"BEST":"\xff\xfe"}}',
                     b'{"answers":{"BEST":"a\x00b"}}', b'{"answers":{"BEST":"\\u0000"}}', b"\xef\xbb\xbf" + good,
                     b'{"answers":{"BEST":"\\ud800"}}', b'{"answers":{"P1":NaN}}', b'{"answers":{"P1":01}}',
                     b'{"answers":' + b"[" * 500 + b"]" * 500 + b"}", b'{"answers":{"P1":4,}}']
        for body in malformed:
            with self.subTest(body=body[:60]):
                reply = wave.submit(token, body)
                self.assertIn(reply.status, (400, 422), reply)
                self.check(reply, reply.status)
        for body in [[], [1], "x", 4, None, {}, {"answers": []}, {"answers": None}, {"answers": {}, "x": 1},
                     {"answers": post_answers(), "language": "tlh"}, {"answers": post_answers(), "language": 5},
                     {"answers": post_answers(), "replaces": "x"}]:
            with self.subTest(body=body):
                if body == {"answers": {}}:
                    continue
                reply = wave.submit(token, json.dumps(body).encode())
                self.assertIn(reply.status, (400, 422), reply)
        self.check(wave.submit(token, good, content_type="text/plain"), 415)
        reply = wave.submit(token, b'{"answers":{"BEST":"' + b"x" * 300_000 + b'"}}')
        self.assertEqual(reply.status, 413)
        self.assertEqual(self.count(wave), 0)

    def test_all_faults_of_an_evaluation_come_at_once(self):
        token = next(iter(self.tokens.values()))
        answers = post_answers(P1=6, P2=0, P3="4", P4=4.5, P5=True, NPS=11, NKI1=-1, UNKNOWN=3, HOST_MADE=-2,
                               BEST=5, CONTACTS="x", OVERALL={"missing": "never"}, SEC_HOST=1, S_PREP1=10**15)
        answers["NEXT_PLACES"] = ["nowhere"]
        problem = self.check(self.wave.submit(token, {"answers": answers}), 422)
        pointers = {error["pointer"] for error in problem["errors"]}
        for item in ["P1", "P2", "P3", "P4", "P5", "NPS", "NKI1", "UNKNOWN", "HOST_MADE", "BEST", "OVERALL",
                     "SEC_HOST", "S_PREP1", "NEXT_PLACES"]:
            self.assertIn("/answers/" + item, {p[:9 + len(item)] for p in pointers}, item)

    def test_exactly_once(self):
        study, wave, tokens = self.fresh()
        token = next(iter(tokens.values()))
        body = json.dumps({"answers": post_answers()}).encode()
        evaluation = new_id()
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            replies = list(pool.map(lambda _: wave.submit(token, body, evaluation), range(48)))
        self.assertEqual(sorted(reply.status for reply in replies), [200] * 47 + [201])
        self.assertEqual(len({reply.body for reply in replies}), 1)
        receipt = replies[0].json
        self.assertEqual(receipt["evaluation"], evaluation)
        self.check(wave.submit(token, body + b" ", evaluation), 409, "other-body")
        other = list(tokens.values())[1]
        self.check(wave.submit(other, body, evaluation), 409)
        self.assertEqual(self.count(wave), 1)
        wave.close()
        again = wave.submit(token, body, evaluation)
        self.assertEqual((again.status, again.body), (200, replies[0].body))
        self.check(wave.submit(token, body + b" ", evaluation), 409)
        self.check(wave.submit(other, body), 410, "closed")
        known = Client(self.service, token).made("GET", "/v1/receipts/" + evaluation)
        self.assertEqual(known, receipt)
        self.assertEqual(Client(self.service, token).made("GET", "/v1/receipts/" + new_id())["recorded"], False)
        self.assertNotIn("answers", json.dumps(known))

    def test_many_first_evaluations_of_one_person_leave_one(self):
        _, wave, tokens = self.fresh()
        token = next(iter(tokens.values()))
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            replies = list(pool.map(lambda i: wave.submit(token, {"answers": post_answers(i % 5 + 1)}), range(32)))
        self.assertEqual(sorted(reply.status for reply in replies), [201] + [412] * 31)
        self.assertEqual(self.count(wave), 1)

    def test_edits_name_the_current_evaluation_of_the_same_person(self):
        _, wave, tokens = self.fresh()
        mine, yours = list(tokens.values())[:2]
        first = wave.submit_good(mine, post_answers())
        foreign = wave.submit_good(yours, post_answers())
        self.check(wave.submit(mine, {"answers": post_answers(5)}), 412, "stale-edit")
        for replaced in (foreign, new_id()):
            self.check(wave.submit(mine, {"answers": post_answers(5), "replaces": replaced}), 412)
        second = wave.submit_good(mine, post_answers(5), replaces=first)
        self.check(wave.submit(mine, {"answers": post_answers(3), "replaces": first}), 412)
        itself = new_id()
        self.check(wave.submit(mine, {"answers": post_answers(), "replaces": itself}, itself), 412)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            body = {"answers": post_answers(2), "replaces": second}
            replies = list(pool.map(lambda _: wave.submit(mine, body), range(8)))
        self.assertEqual(sorted(reply.status for reply in replies), [201] + [412] * 7)
        kept = self.service.sql(f"SELECT count(*) FROM debrief.draft WHERE wave_id = '{wave.id}'")
        self.assertEqual(kept, [["1"]])
        self.assertEqual(self.count(wave), 4)

    def test_other_peoples_tokens(self):
        study, wave, tokens = self.fresh()
        token = next(iter(tokens.values()))
        pre = self.programme.publish(load_definition("pre"))
        second = study.wave("pre", *pre)
        elsewhere = next(iter(second.invite().values()))
        _, theirs, their_tokens = self.make(self.other, self.other.publish(load_definition("post")), "foreign")
        body = {"answers": post_answers()}
        self.check(wave.submit(elsewhere, body), 403, "invitation")
        self.check(theirs.submit(token, body), 404)
        self.check(wave.submit(next(iter(their_tokens.values())), body), 404)
        for place in (5, 20, 40, len(token) - 2):
            letter = "A" if token[place] != "A" else "B"
            self.check(wave.submit(token[:place] + letter + token[place + 1:], body), 401)
        invitations = self.programme.organiser.made("GET", wave.path + "/invitations?tokens=1")["invitations"]
        revoked, rotated = invitations[0], invitations[1]
        self.programme.organiser.made("POST", f"/v1/invitations/{revoked['id']}:revoke")
        self.programme.organiser.made("POST", f"/v1/invitations/{rotated['id']}:rotate")
        for one in (revoked, rotated):
            self.check(wave.submit(one["token"], body), 403, "invitation")
        listed = self.programme.organiser.made("GET", wave.path + "/invitations?tokens=1")["invitations"]
        now = {one["id"]: one for one in listed}
        self.assertNotIn("token", now[revoked["id"]])
        wave.submit_good(now[rotated["id"]]["token"], post_answers())
        for client in (self.programme.organiser, self.service.operator):
            reply = client.call("PUT", f"{wave.path}/evaluations/{new_id()}", body)
            self.check(reply, 403)
        self.assertEqual((self.count(wave), self.count(theirs)), (1, 0))

    def test_a_wave_takes_answers_while_it_is_open(self):
        _, wave, tokens = self.fresh(opens_at="2099-01-01T00:00:00Z")
        token = next(iter(tokens.values()))
        body = {"answers": post_answers()}
        self.check(wave.submit(token, body), 409, "not-open")
        self.assertEqual(wave.state()["state"], "planned")
        wave.organiser.made("PATCH", wave.path, {"opens_at": "2020-01-01T00:00:00Z"})
        wave.submit_good(token, post_answers())
        _, past, tokens = self.fresh(opens_at="2020-01-01T00:00:00Z", closes_at="2020-02-01T00:00:00Z")
        self.check(past.submit(next(iter(tokens.values())), body), 410, "closed")
        self.assertEqual(past.state()["state"], "closed")

    def test_an_import_reports_every_line_and_can_be_repeated(self):
        study, wave, tokens = self.fresh()
        people = sorted(tokens)
        taken = wave.submit_good(tokens[people[0]], post_answers())
        good = [line_of(person) for person in people[1:8]]
        bad = {
            1: (b"", "malformed"), 3: (b"not json", "malformed"), 4: (b'{"id":"x"}', "invalid"),
            6: (b"[]", "invalid"), 7: (b'{"id":"' + new_id().encode() + b'","id":"y"}', "malformed"),
            8: (line_of(new_id()), "no_participant"), 9: (line_of(people[8], post_answers(P1=9)), "invalid"),
            11: ({**line_of(people[8]), "extra": 1}, "invalid"),
            12: (line_of(people[9], evaluation=taken), "conflict"),
            13: (line_of(people[0]), "stale"), 14: (b'{"evaluation":"\xff"}', "malformed"),
            15: (line_of(people[8], replaces=taken), "stale"), 16: (b"null", "malformed"),
            17: ({**line_of(people[8]), "evaluation": None}, "invalid"),
        }
        rest = iter(good)
        lines = [bad[i][0] if i in bad else next(rest) for i in range(len(bad) + len(good))]
        outcomes = wave.import_lines(lines)
        self.assertEqual(len(outcomes), len(lines))
        for i, outcome in enumerate(outcomes):
            with self.subTest(line=i, given=str(lines[i])[:80]):
                self.assertEqual(outcome["line"], i + 1)
                self.assertEqual(outcome["outcome"], bad[i][1] if i in bad else "new", outcome)
                self.assertEqual("receipt" in outcome, i not in bad)
        self.assertEqual(self.count(wave), 1 + len(good))
        again = wave.import_lines(lines)
        self.assertEqual([one["outcome"] for one in again], [one["outcome"].replace("new", "replay")
                                                             for one in outcomes])
        self.assertEqual([one.get("receipt") for one in again], [one.get("receipt") for one in outcomes])
        self.assertEqual(self.count(wave), 1 + len(good))
        spaced = [json.dumps(line, indent=None, separators=(", ", ":  ")).encode() for line in good]
        self.assertEqual({one["outcome"] for one in wave.import_lines(spaced)}, {"replay"})

    def test_late_answers_need_to_be_said_so(self):
        _, wave, tokens = self.fresh()
        people = sorted(tokens)
        wave.close()
        line = line_of(people[0])
        self.assertEqual([one["outcome"] for one in wave.import_lines([line])], ["closed"])
        self.assertEqual([one["outcome"] for one in wave.import_lines([line], "?late=1")], ["new"])
        refused = [line_of(line["participant"]), line_of(new_id())]
        self.assertEqual([one["outcome"] for one in wave.import_lines(refused, "?late=1")],
                         ["stale", "no_participant"])
        self.assertEqual([one["outcome"] for one in wave.import_lines([line])], ["replay"])
        for client in (self.programme.analyst, self.programme.coder, self.programme.dashboard):
            reply = client.call("POST", f"{wave.path}/evaluations:import?late=1", b"{}", "application/x-ndjson")
            self.check(reply, 403)

    def test_no_answer_is_late_before_its_wave_opens(self):
        _, wave, tokens = self.fresh(opens_at="2099-01-01T00:00:00Z")
        lines = [line_of(person) for person in sorted(tokens)]
        for query in ("", "?late=1"):
            self.assertEqual({one["outcome"] for one in wave.import_lines(lines, query)}, {"not_open"})
        self.assertEqual(self.count(wave), 0)
        wave.organiser.made("PATCH", wave.path, {"opens_at": "2020-01-01T00:00:00Z"})
        self.assertEqual({one["outcome"] for one in wave.import_lines(lines, "?late=1")}, {"new"})

    def test_a_submission_then_imported_keeps_its_owner(self):
        """The same id for another person is a conflict, whoever sends it."""
        _, wave, tokens = self.fresh()
        people = sorted(tokens)
        line = line_of(people[0])
        wave.import_lines([line])
        moved = {**line, "participant": people[1]}
        self.assertEqual(wave.import_lines([moved])[0]["outcome"], "conflict")
        body = json.dumps(line["evaluation"], sort_keys=True, separators=(",", ":")).encode()
        self.check(wave.submit(tokens[people[1]], body, line["id"]), 409)

    def test_one_import_with_one_person_twice_and_one_id_twice(self):
        _, wave, tokens = self.fresh()
        people = sorted(tokens)
        line = line_of(people[0])
        outcomes = wave.import_lines([line, line, line_of(people[0]), line_of(people[1], evaluation=line["id"])])
        self.assertEqual([one["outcome"] for one in outcomes], ["new", "replay", "stale", "conflict"])
        self.assertEqual(self.count(wave), 1)

    def test_one_import_with_an_evaluation_and_its_edits(self):
        _, wave, tokens = self.fresh()
        people = sorted(tokens)
        lines = []
        for person in people:
            first = line_of(person)
            second = line_of(person, post_answers(3), replaces=first["id"])
            lines += [first, second, line_of(person, post_answers(2), replaces=second["id"])]
        self.assertEqual({one["outcome"] for one in wave.import_lines(lines)}, {"new"})
        self.assertEqual({one["outcome"] for one in wave.import_lines(lines)}, {"replay"})
        self.assertEqual(self.count(wave), len(lines))

    def test_an_import_of_nothing_or_too_much(self):
        for body in (b"", b"\n" * 2001):
            reply = self.programme.organiser.call("POST", self.wave.path + "/evaluations:import", body,
                                                  "application/x-ndjson")
            self.assertIn(reply.status, (400, 422), reply)

    def test_a_client_that_leaves_an_import_harms_nobody(self):
        _, wave, tokens = self.fresh()
        lines = b"\n".join(json.dumps(line_of(person)).encode() for person in sorted(tokens))
        for _ in range(10):
            with socket.create_connection(("127.0.0.1", self.service.port)) as link:
                link.sendall(f"POST {wave.path}/evaluations:import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                             f"{self.programme.organiser.credential}\r\nContent-Type: application/x-ndjson\r\n"
                             f"Content-Length: {len(lines)}\r\n\r\n".encode() + lines)
        outcomes = wave.import_lines([json.loads(line) for line in lines.splitlines()])
        self.assertLessEqual({one["outcome"] for one in outcomes}, {"new", "replay"})
        self.assertEqual(self.count(wave), len(tokens))
        self.assertNotIn("child_ended", self.service.log())


if __name__ == "__main__":
    main()

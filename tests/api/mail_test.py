"""Mail, read where it arrived: what it says, to whom it goes, when and how often, and how people end it."""

import datetime
import re
import urllib.parse

from desk_browser import Browser
from mail_service import LINK, MailTest, csv
from service import Client, Programme, await_true, load_anonymous_definition, main, new_id, post_answers

ANONYMOUS = {
    "id": "hidden", "title": {"sv": "Dolt", "en": "Hidden"}, "wave": "post", "languages": ["sv", "en"],
    "items": [{"id": "Q1", "type": "rating", "text": {"sv": "Hur?", "en": "How?"},
               "scale": {"min": 1, "max": 5, "labels": {"1": {"sv": "Illa", "en": "Badly"},
                                                        "5": {"sv": "Väl", "en": "Well"}}}}],
    "measures": [{"id": "Q1", "type": "rating", "items": ["Q1"]}],
}


def header_lines(mail):
    return mail.raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")


class InvitationTest(MailTest):
    def test_each_in_their_language(self):
        wave = self.wave("Helsinki 2010", [("Åsa Ek", "asa@l.example.org", "sv"), ("Bo O'Brien", "bo@l.example.org", "en")],
                         closes_at="2027-02-06T22:59:00Z")
        self.assertEqual(self.queued(wave, "invitation"), (2, {}))
        swedish, english = self.await_mail("asa@l.example.org"), self.await_mail("bo@l.example.org")
        self.assertEqual(swedish.subject, "Svara gärna: Efter resan, Helsinki 2010")
        self.assertEqual(english.subject, "Please answer: After the trip, Helsinki 2010")
        # 22:59 UTC is one minute to midnight in Stockholm in winter.
        self.assertIn("lördag 6 februari kl. 23.59", swedish.part("plain"))
        self.assertIn("Saturday 6 February at 23:59", english.part("plain"))
        for mail, words in [(swedish, ["Hej Åsa Ek!", "ungefär 7 minuter", "skilda från ditt namn", "Benchmarking Regions"]),
                            (english, ["Hello Bo O'Brien,", "about 7 minutes", "kept apart from your name"])]:
            for word in words:
                self.assertIn(word, mail.part("plain"))
                self.assertIn(word.replace("'", "&#39;"), mail.part("html"))
            self.assertEqual(LINK.findall(mail.part("plain")), re.findall(LINK.pattern.replace(r"\S+", '[^"]+'), mail.part("html")))
            self.assertNotRegex(mail.part("html"), r"(?i)<(img|script|link|iframe)|src=|url\(")
        token = LINK.search(english.part("plain"))[1]
        self.assertEqual(wave.submit(token, {"answers": post_answers()}).status, 201)

    def test_headers(self):
        wave = self.wave("Headers", [("Åsa Ek", "asa@h.example.org", "sv")])
        self.queued(wave, "invitation")
        mail = self.await_mail("asa@h.example.org")
        message = mail.message
        self.assertEqual(mail.sender, "bounces@example.org")
        self.assertEqual(message["From"].addresses[0].display_name, "Benchmarking i Väst")
        self.assertEqual(message["From"].addresses[0].addr_spec, "evaluation@example.org")
        self.assertEqual(message["To"].addresses[0].display_name, "Åsa Ek")
        self.assertEqual(message["Reply-To"].addresses[0].addr_spec, "organiser@example.org")
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        self.assertRegex(mail.id, r"^[0-9a-f-]{36}\.[0-9a-f-]{36}@example\.org$")
        age = datetime.datetime.now(datetime.timezone.utc) - message["Date"].datetime
        self.assertLess(abs(age.total_seconds()), 120)
        self.assertEqual(message["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertRegex(message["List-Unsubscribe"], r"^<https://answers\.example\.org/u/du_[\w-]+>$")
        self.assertEqual(message.get_content_type(), "multipart/alternative")
        self.assertEqual([part.get_content_type() for part in message.iter_parts()], ["text/plain", "text/html"])
        self.assertEqual([part.defects for part in message.walk()], [[], [], []])
        for line in mail.raw.split(b"\r\n"):
            cannot_fold = line.startswith((b"List-Unsubscribe: ", b"Message-ID: "))
            self.assertLessEqual(len(line), 998 if cannot_fold else 78, line)
            self.assertTrue(line.isascii(), line)

    def test_nothing_in_a_name_becomes_a_header(self):
        people = [("Eve\r\nBcc: all@i.example.org\r\n\r\nhello", "eve@i.example.org", "en"),
                  ('Mal, "the" <x@i.example.org>\nSubject: bad', "mal@i.example.org", "sv"),
                  ("=?UTF-8?Q?Bcc=3A?= " + "ö" * 120, "long@i.example.org", "sv")]
        wave = self.wave("Trip\r\nBcc: all@i.example.org", [(name.replace('"', '""'), *rest) for name, *rest in people])
        self.assertEqual(self.queued(wave, "invitation")[0], 3)
        for name, address, _ in people:
            mail = self.await_mail(address)
            names = {line.split(b":")[0].lower() for line in header_lines(mail) if not line.startswith(b" ")}
            self.assertEqual(names, {b"date", b"from", b"to", b"reply-to", b"subject", b"message-id", b"mime-version",
                                     b"content-type", b"content-language", b"auto-submitted", b"list-unsubscribe",
                                     b"list-unsubscribe-post"})
            self.assertEqual(mail.recipients, [address])
            self.assertEqual([one.addr_spec for one in mail.message["To"].addresses], [address])
            # Python sets a space between encoded words, which RFC 2047 6.2 does not.
            shown = mail.message["To"].addresses[0].display_name
            self.assertEqual("".join(shown.split()), "".join(name.split()))

    def test_addresses_that_are_none(self):
        people = [("A", "no-at-sign", "sv"), ("B", "two@at@x.example.org", "sv"), ("C", "<c@x.example.org>", "sv"),
                  ("D", '"d@x.example.org\r\nRCPT TO:<all@x.example.org>"', "sv"), ("E", "ö@x.example.org", "sv"),
                  ("F", "f@x.example.org", "sv")]
        wave = self.wave("Addresses", people)
        self.assertEqual(self.queued(wave, "invitation"), (1, {"no_address": 5}))
        self.await_settled(wave)
        self.assertEqual(self.counts(wave), {"invitation": {"sent": 1}})
        self.assertFalse([line for line in self.receiver.commands if "all@" in line])

    def test_sent_once_however_often_asked(self):
        wave = self.wave("Once", [(f"P{i}", f"p{i}@o.example.org", "sv") for i in range(5)])
        self.assertEqual(self.queued(wave, "invitation"), (5, {}))
        self.assertEqual(self.queued(wave, "invitation"), (0, {"invited_before": 5}))
        self.assertEqual(self.queued(wave, "invitation", "everybody"), (0, {"recent": 5}))
        self.await_settled(wave)
        self.assertEqual([len(self.receiver.to(f"p{i}@o.example.org")) for i in range(5)], [1] * 5)
        self.age(wave, 21)
        self.assertEqual(self.queued(wave, "invitation", "everybody"), (5, {}))

    def test_the_limit(self):
        wave = self.wave("Limit", [("A", "a@m.example.org", "sv")])
        self.organiser.made("PUT", wave.path + "/mail_plan", {"mails_max": 2})
        self.assertEqual(self.queued(wave, "invitation")[0], 1)
        self.await_settled(wave)
        self.age(wave, 21)
        self.assertEqual(self.queued(wave, "reminder")[0], 1)
        self.await_settled(wave)
        self.age(wave, 21)
        self.assertEqual(self.queued(wave, "reminder"), (0, {"limit": 1}))
        reply = self.queue(wave, "reminder", self.participant(wave, "a@m.example.org"))
        self.assertEqual((reply.status, "mails_max" in reply.json["detail"]), (422, True), reply)
        self.assertEqual(len(self.receiver.to("a@m.example.org")), 2)

    def test_a_lower_limit_holds_for_what_is_queued(self):
        wave = self.wave("Lower", [("A", "a@w.example.org", "sv")])
        soon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).isoformat()
        self.queued(wave, "invitation")
        self.await_mail("a@w.example.org")
        self.assertEqual(self.queued(wave, "reminder", at=soon)[0], 1)
        self.organiser.made("PUT", wave.path + "/mail_plan", {"mails_max": 1})
        self.service.sql(f"UPDATE debrief.mail SET due_at = now() WHERE wave_id = '{wave.id}' AND kind = 'reminder'")
        await_true(lambda: self.counts(wave).get("reminder") == {"skipped": 1}, "the reminder to be skipped")

    def test_one_participant(self):
        wave = self.wave("One", [("A", "a@n.example.org", "sv"), ("B", "b@n.example.org", "sv")])
        reply = self.queue(wave, "invitation", self.participant(wave, "b@n.example.org"))
        self.assertEqual((reply.status, reply.json["queued"]), (200, 1), reply)
        self.await_mail("b@n.example.org")
        self.assertEqual(self.queue(wave, "invitation", new_id()).status, 404)
        self.assertEqual(self.queue(wave, "invitation", "someone").status, 422)
        self.assertEqual(self.queued(wave, "invitation"), (1, {"invited_before": 1}))

    def test_reminders_go_to_who_has_not_answered(self):
        wave = self.wave("Remind", [(f"P{i}", f"p{i}@r.example.org", "en") for i in range(4)], closes_at="2027-02-06T22:59:00Z")
        tokens = wave.invite()
        one, other = [self.participant(wave, f"p{i}@r.example.org") for i in (0, 1)]
        wave.submit_good(tokens[one], post_answers())
        self.organiser.made("PUT", f"{wave.path}/dispositions/{other}", {"code": "R"})
        self.assertEqual(self.queued(wave, "reminder"), (2, {"answered": 1, "declined": 1}))
        mail = self.await_mail("p2@r.example.org")
        self.assertEqual(mail.subject, "Reminder: After the trip, Remind")
        self.assertIn("We have no answer of yours yet", mail.part("plain"))
        self.assertEqual(self.queued(wave, "closing")[0], 2)
        await_true(lambda: len(self.receiver.to("p2@r.example.org")) == 2, "the notice")
        self.assertEqual(self.receiver.to("p2@r.example.org")[1].subject, "Closes soon: After the trip, Remind")
        self.assertEqual(len(self.receiver.to("p0@r.example.org")), 0)

    def test_what_came_between_queueing_and_sending(self):
        wave = self.wave("Between", [(f"P{i}", f"p{i}@b.example.org", "en") for i in range(4)])
        tokens = wave.invite()
        later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)).isoformat()
        self.assertEqual(self.queued(wave, "reminder", at=later)[0], 4)
        wave.submit_good(tokens[self.participant(wave, "p0@b.example.org")], post_answers())
        listed = self.organiser.made("GET", wave.path + "/invitations?limit=1000")["invitations"]
        revoked = next(i["id"] for i in listed if i["participant"] == self.participant(wave, "p1@b.example.org"))
        self.organiser.made("POST", f"/v1/invitations/{revoked}:revoke")
        path = f"{wave.study.path}/delegates/{self.participant(wave, 'p2@b.example.org')}"
        self.organiser.made("PATCH", path, {"travelled": False})
        self.service.sql(f"UPDATE debrief.mail SET due_at = now() WHERE wave_id = '{wave.id}'")
        self.await_mail("p3@b.example.org")
        self.await_settled(wave)
        mails = self.organiser.made("GET", wave.path + "/mails?state=skipped")["mails"]
        self.assertEqual(sorted(mail["error"] for mail in mails), ["answered", "not_of_the_delegation", "revoked"])

    def test_when_nothing_can_be_sent(self):
        people = [("A", "a@z.example.org", "sv")]
        wave = self.wave("Closed", people)
        self.assertEqual(self.queue(wave, "closing").status, 422)
        self.assertEqual(self.queue(wave, "thanks").status, 409)
        self.assertEqual(self.queue(wave, "thanks", "waiting").status, 409)
        self.assertEqual(self.queue(wave, "reminder", "answered").status, 422)
        self.assertEqual(self.queue(wave, "invitation", at="2099-01-01T00:00:00Z").status, 422)
        self.assertEqual(self.queued(wave, "reminder"), (0, {"not_invited": 1}))
        wave.close()
        self.assertEqual(self.queue(wave, "invitation").status, 409)
        later = self.wave("Later", people, opens_at="2099-01-01T00:00:00Z")
        self.assertEqual(self.queue(later, "invitation").status, 422)
        self.assertEqual(self.queue(later, "invitation", at="2099-06-01T00:00:00Z").status, 422)
        for role in ("analyst", "coder", "dashboard"):
            self.assertEqual(getattr(self.programme, role).call("POST", wave.path + "/mails", {"kind": "invitation"}).status, 403)
        other = Programme(self.service, "Another")
        self.assertEqual(other.organiser.call("POST", wave.path + "/mails", {"kind": "invitation"}).status, 404)

    def test_withdrawing(self):
        wave = self.wave("Withdraw", [("A", "a@v.example.org", "sv"), ("B", "b@v.example.org", "sv")])
        at = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).isoformat()
        self.queued(wave, "invitation", at=at)
        mail = self.organiser.made("GET", wave.path + "/mails?state=queued")["mails"][0]
        self.assertEqual(self.organiser.made("POST", f"/v1/mails/{mail['id']}:withdraw"), {"withdrawn": 1})
        self.assertEqual(self.organiser.made("POST", f"/v1/mails/{mail['id']}:withdraw"), {"withdrawn": 0})
        self.assertEqual(self.organiser.made("POST", wave.path + "/mails:withdraw", {"kind": "reminder"}), {"withdrawn": 0})
        self.assertEqual(self.organiser.made("POST", wave.path + "/mails:withdraw", {}), {"withdrawn": 1})
        self.assertEqual(self.counts(wave), {"invitation": {"withdrawn": 2}})
        self.assertEqual(self.organiser.call("POST", f"/v1/mails/{new_id()}:withdraw").status, 404)
        self.assertEqual(self.queued(wave, "invitation")[0], 2)
        self.await_settled(wave)


class AnonymousTest(MailTest):
    """Links that nobody can make twice, and reminders without any."""

    def anonymous_wave(self, name, people):
        study = self.programme.study(name, anonymity="anonymous")
        self.organiser.made("POST", study.path + "/delegates:import", csv(people), "text/csv")
        return study.wave("post", *self.programme.publish(ANONYMOUS))

    def secrets(self, wave):
        return self.service.sql(f"SELECT count(*) FROM debrief.anonymous_secret WHERE wave_id = '{wave.id}'")[0][0]

    def test_the_secret_is_forgotten_once_all_are_invited(self):
        people = [(f"P{i}", f"p{i}@anon.example.org", "en") for i in range(5)] + [("X", "", "en")]
        people[5] = ("X", "reject-x@anon.example.org", "en")
        wave = self.anonymous_wave("Hidden", people)
        first = self.participant(wave, "p0@anon.example.org")
        self.assertEqual(self.queue(wave, "invitation", first).json["queued"], 1)
        mail = self.await_mail("p0@anon.example.org")
        self.await_settled(wave)
        self.assertEqual(self.secrets(wave), "1")  # the others have no link yet
        self.assertEqual(self.queued(wave, "invitation"), (5, {"invited_before": 1}))
        self.await_settled(wave)
        self.assertEqual(self.secrets(wave), "0")
        tokens = {LINK.search(self.receiver.to(address)[0].part("plain"))[1] for _, address, _ in people[:5]}
        self.assertEqual(len(tokens), 5)
        self.assertTrue(all(token.startswith("da_") for token in tokens))
        self.assertIn("Your answers are anonymous", mail.part("plain"))
        self.assertIn("Keep this mail", mail.part("plain"))
        self.assertEqual(self.queue(wave, "invitation", first).status, 422)
        self.assertEqual(self.queue(wave, "reminder", "waiting").status, 422)
        self.assertEqual(self.queued(wave, "reminder"), (5, {"failing_address": 1}))
        self.await_settled(wave)
        reminder = self.receiver.to("p1@anon.example.org")[-1]
        self.assertNotIn("/i/", reminder.part("plain") + reminder.part("html"))
        self.assertIn("use the link in our first mail", reminder.part("plain"))
        self.assertEqual(self.browser_resend("p1@anon.example.org"), [])

    def test_each_gets_a_link_and_then_nobody_knows_whose(self):
        study = self.programme.study("Nobody's", anonymity="anonymous")
        people = [(f"Person {i}", f"p{i}@nobody.example.org", "en") for i in range(6)]
        self.organiser.made("POST", study.path + "/delegates:import", csv(people), "text/csv")
        wave = study.wave("post", *self.programme.publish(load_anonymous_definition()))
        self.organiser.made("POST", wave.path + "/invitations")
        links = {one["token"] for one in self.organiser.made("GET", wave.path + "/invitations?tokens=1")["invitations"]}
        self.assertEqual(self.queued(wave, "invitation")[0], 6)
        mailed = {address: LINK.search(self.await_mail(address).part("plain"))[1] for _, address, _ in people}
        self.assertEqual(set(mailed.values()), links)
        secret = f"SELECT count(*) FROM debrief.anonymous_secret WHERE wave_id = '{wave.id}'"
        await_true(lambda: self.service.sql(secret) == [["0"]], "the secret to be gone")
        for token in mailed.values():
            self.assertEqual(wave.submit(token, {"answers": post_answers()}).status, 201)
        self.age(wave, 72)
        self.assertEqual(self.queued(wave, "reminder", "everybody")[0], 6)
        for _, address, _ in people:
            self.assertNotRegex(self.await_mail(address, 2).raw.decode(), r"/i/")
        written = "\n".join(row[0] for row in self.service.sql(
            f"SELECT m::text FROM debrief.mail m WHERE m.wave_id = '{wave.id}'"))
        for token in links:
            self.assertNotIn(token, self.service.log() + written)
        self.assertEqual(self.organiser.made("GET", wave.path + "/invitations?tokens=1")["invitations"], [])

    def browser_resend(self, address):
        body = ("address=" + urllib.parse.quote(address)).encode()
        Client(self.service).call("POST", "/resend", body, "application/x-www-form-urlencoded")
        await_true(lambda: self.service.sql("SELECT count(*) FROM identity.resend_request WHERE NOT done") == [["0"]], "the sender")
        return self.service.sql("SELECT mail_id FROM debrief.mail JOIN identity.person USING (programme_id, person_id) "
                                f"WHERE kind = 'resend' AND email = '{address}'")


class PlanTest(MailTest):
    def moments(self, study):
        rows = self.service.sql(f"SELECT kind, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM logic.mail_moments("
                                f"'{self.programme.id}', '{study.id}') ORDER BY at")
        return [tuple(row) for row in rows]

    def next_run(self, study):
        return self.service.sql(f"SELECT to_char(next_run_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM debrief.job "
                                f"WHERE kind = 'mail' AND study_id = '{study.id}'")[0][0]

    def test_times_are_of_the_studys_time_zone(self):
        """Stockholm leaves for summer on 2027-03-28 01:00 UTC and comes back on 2027-10-31 01:00 UTC (EU 2000/84)."""
        study = self.programme.study("Zones", time_zone="Europe/Stockholm")
        wave = study.wave("post", *self.instrument, opens_at="2027-01-10T08:00:00Z", closes_at="2027-12-01T22:59:00Z")
        plan = {"mails_max": 6, "invitation": True, "closing_days": 2, "closing_time": "07:30", "thanks": True,
                "reminders": [{"date": "2027-02-01", "time": "09:00"}, {"date": "2027-07-01", "time": "09:00"},
                              {"date": "2027-03-28", "time": "02:30"}, {"date": "2027-10-31", "time": "02:30"},
                              {"date": "2027-07-01", "time": "09:00"}]}
        stored = self.organiser.made("PUT", wave.path + "/mail_plan", plan)
        self.assertEqual(stored, self.organiser.made("GET", wave.path + "/mail_plan"))
        self.assertEqual([r["date"] for r in stored["reminders"]], ["2027-02-01", "2027-03-28", "2027-07-01", "2027-10-31"])
        self.assertEqual(self.moments(study), [
            ("invitation", "2027-01-10 08:00"), ("reminder", "2027-02-01 08:00"),
            ("reminder", "2027-03-28 01:30"),  # skipped by the clock: 03:30 summer time
            ("reminder", "2027-07-01 07:00"), ("reminder", "2027-10-31 01:30"),  # comes twice: the second
            ("closing", "2027-11-29 06:30")])
        self.assertEqual(self.next_run(study), "2027-01-10 08:00")
        self.organiser.made("PATCH", wave.path, {"opens_at": "2027-01-11T08:00:00Z"})
        self.assertEqual(self.next_run(study), "2027-01-11 08:00")
        for body in ({"reminders": [{"date": "2027-02-01", "time": "24:00"}]}, {"closing_time": "7:305"}, {"closing_days": 0},
                     {"reminders": [{"date": "2027-02-30"}]}, {"mails_max": 21}):
            self.assertEqual(self.organiser.call("PUT", wave.path + "/mail_plan", body).status, 422, body)

    def test_a_plan_from_invitation_to_thanks(self):
        people = [(f"P{i}", f"p{i}@plan.example.org", "en") for i in range(16)]
        study = self.programme.study("Planned", time_zone="UTC")
        self.organiser.made("POST", study.path + "/delegates:import", csv(people), "text/csv")
        wave = study.wave("post", *self.instrument)
        self.organiser.made("PUT", wave.path + "/mail_plan", {"invitation": True, "thanks": True})
        self.await_mail("p15@plan.example.org")
        await_true(lambda: self.counts(wave) == {"invitation": {"sent": 16}}, "the invitations")
        tokens = {address: LINK.search(self.receiver.to(address)[0].part("plain"))[1] for _, address, _ in people}
        for address in list(tokens)[:13]:
            wave.submit_good(tokens[address], post_answers())
        # The next reminder's time has come, as if a day had passed.
        self.age(wave, 24)
        self.organiser.made("PATCH", wave.path, {"opens_at": "2026-01-01T00:00:00Z"})
        hour = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
        plan = {"thanks": True, "reminders": [{"date": str(hour.date()), "time": f"{hour:%H:%M}"}]}
        self.organiser.made("PUT", wave.path + "/mail_plan", plan)
        self.service.sql(f"UPDATE debrief.mail_plan SET done_until = now() - interval '25 hours' WHERE wave_id = '{wave.id}';"
                         f"UPDATE debrief.job SET next_run_at = now() WHERE kind = 'mail' AND study_id = '{wave.study.id}'")
        await_true(lambda: self.counts(wave).get("reminder") == {"sent": 3}, "the reminders")
        # Making the same round again adds nothing.
        self.service.sql(f"UPDATE debrief.mail_plan SET done_until = now() - interval '25 hours' WHERE wave_id = '{wave.id}';"
                         f"SELECT logic.mail_plan_run('{self.programme.id}', '{wave.study.id}')")
        self.assertEqual(self.counts(wave)["reminder"], {"sent": 3})
        wave.close()
        await_true(lambda: self.counts(wave).get("thanks") == {"sent": 13}, "the thanks")
        mail = self.receiver.to("p0@plan.example.org")[-1]
        self.assertEqual(mail.subject, "Thank you: After the trip, Planned")
        self.assertIn("of the delegation answered", mail.part("plain"))
        released = {row["metric"]: row["value"] for row in wave.study.metrics()["metrics"]
                    if row["slice"] == "all" and row["wave"] == "post" and row["metric"] in ("resp.RR2", "nps.score")}
        self.assertIn(f"{released['resp.RR2'] * 100:.0f} % of the delegation", mail.part("plain"))
        if released.get("nps.score") is not None:
            self.assertIn(f"{released['nps.score']:+.0f}", mail.part("plain"))
        runs = self.organiser.made("GET", f"/v1/jobs/{wave.study.job('mail')['id']}/runs")["runs"]
        self.assertEqual([run["outcome"] for run in runs], ["succeeded"] * 3)

    def test_what_is_long_past_is_not_sent(self):
        wave = self.wave("Past", [("A", "a@past.example.org", "en")])
        wave.invite()
        day = datetime.date.today() - datetime.timedelta(days=3)
        self.organiser.made("PUT", wave.path + "/mail_plan", {"reminders": [{"date": str(day)}]})
        self.service.sql(f"UPDATE debrief.mail_plan SET done_until = now() - interval '9 days' WHERE wave_id = '{wave.id}';"
                         f"UPDATE debrief.wave SET opens_at = now() - interval '9 days' WHERE wave_id = '{wave.id}';"
                         f"UPDATE debrief.job SET next_run_at = now() WHERE kind = 'mail' AND study_id = '{wave.study.id}'")
        query = f"SELECT next_run_at FROM debrief.job WHERE kind = 'mail' AND study_id = '{wave.study.id}'"
        await_true(lambda: self.service.sql(query) == [["infinity"]], "the job")
        self.assertEqual(self.counts(wave), {})


class PeopleTest(MailTest):
    def browser(self, method, path, body=None, content_type="application/x-www-form-urlencoded"):
        return Client(self.service).call(method, path, body, content_type)

    def unsubscribe_path(self, address):
        mail = self.await_mail(address)
        return urllib.parse.urlsplit(mail.message["List-Unsubscribe"].strip("<>")).path

    def test_one_click(self):
        people = [("A", "a@u.example.org", "en"), ("B", "b@u.example.org", "en"), ("C", "c@u.example.org", "en")]
        wave = self.wave("Unsubscribe", people, closes_at="2027-02-06T22:59:00Z")
        self.queued(wave, "invitation")
        path = self.unsubscribe_path("a@u.example.org")
        page = self.browser("GET", path)
        self.assertEqual((page.status, b"<form" in page.body), (200, True))
        self.assertEqual(self.service.sql("SELECT count(*) FROM identity.person WHERE unsubscribed_at IS NOT NULL"), [["0"]])
        self.assertEqual(self.browser("POST", path, b"List-Unsubscribe=One-Click").status, 200)
        multipart = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
        path_b = self.unsubscribe_path("b@u.example.org")
        self.assertEqual(self.browser("POST", path_b, multipart, "multipart/form-data; boundary=b").status, 200)
        self.assertEqual(self.queued(wave, "reminder"), (1, {"unsubscribed": 2}))
        self.assertEqual(self.browser("POST", path_b, b"again=1").status, 200)
        self.assertEqual(self.queued(wave, "closing"), (2, {"unsubscribed": 1}))
        self.await_settled(wave)
        self.assertEqual(len(self.receiver.to("a@u.example.org")), 1)
        for wrong in (path[:-1], path[:-1] + ("A" if path[-1] != "A" else "B"), "/u/du_" + "A" * 64, "/u/x"):
            self.assertEqual(self.browser("POST", wrong, b"List-Unsubscribe=One-Click").status, 404, wrong)
        # An unsubscription's link is no credential.
        self.assertEqual(Client(self.service, path.split("/")[2]).get(wave.path).status, 401)

    def test_unsubscribed_while_queued(self):
        wave = self.wave("Meanwhile", [("A", "a@q.example.org", "en")])
        self.queued(wave, "invitation")
        path = self.unsubscribe_path("a@q.example.org")
        at = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).isoformat()
        self.queued(wave, "reminder", at=at)
        self.browser("POST", path, b"List-Unsubscribe=One-Click")
        self.service.sql(f"UPDATE debrief.mail SET due_at = now() WHERE wave_id = '{wave.id}' AND state = 'queued'")
        await_true(lambda: self.counts(wave).get("reminder") == {"skipped": 1}, "the reminder to be skipped")

    def test_lost_links(self):
        first = self.wave("First", [("A", "lost@k.example.org", "en")])
        second = self.wave("Second", [("A", "lost@k.example.org", "en")], closes_at="2027-02-06T22:59:00Z")
        closed = self.wave("Third", [("A", "lost@k.example.org", "en")])
        for wave in (first, second, closed):
            wave.invite()
        closed.close()
        page = self.browser("GET", "/resend")
        self.assertEqual((page.status, b'type="email"' in page.body), (200, True))
        known = self.browser("POST", "/resend", b"address=Lost%40K.example.org+")
        unknown = self.browser("POST", "/resend", b"address=nobody%40k.example.org")
        self.assertEqual((known.status, known.body), (unknown.status, unknown.body))
        mail = self.await_mail("lost@k.example.org")
        self.assertEqual(mail.subject, "Your links")
        self.assertEqual(len(LINK.findall(mail.part("plain"))), 2)
        for name in ("First", "Second"):
            self.assertIn(f"about {name} is open to you", mail.part("plain"))
        self.assertNotIn("Third", mail.part("plain"))
        for token in LINK.findall(mail.part("plain")):
            self.assertEqual({w.submit(token, {"answers": post_answers()}).status for w in (first, second)} & {201}, {201})
        # Not again at once, and what was typed is not kept.
        self.browser("POST", "/resend", b"address=lost%40k.example.org")
        await_true(lambda: self.service.sql("SELECT count(*) FROM identity.resend_request WHERE NOT done") == [["0"]], "the workers")
        self.assertEqual(self.service.sql("SELECT count(*) FROM debrief.mail WHERE kind = 'resend'"), [["1"]])
        for wrong in (b"address=nobody", b"address=a%40b%0d%0aBcc:c%40d", b"", b"address=" + b"x" * 300 + b"%40k.example.org"):
            self.assertEqual(self.browser("POST", "/resend", wrong).status, 422, wrong)

    def test_many_who_ask_are_held_back(self):
        self.service.sql("INSERT INTO identity.resend_request (programme_id, request_id, address, done) "
                         "SELECT '00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'x', true FROM generate_series(1, 600)")
        try:
            self.assertEqual(self.browser("POST", "/resend", b"address=a%40k.example.org").status, 429)
        finally:
            self.service.sql("DELETE FROM identity.resend_request")

    def test_names_and_addresses_are_in_no_log(self):
        wave = self.wave("Quiet", [("Sekretessa Hemlig", "reject-secret@quiet.example.org", "en")])
        self.queued(wave, "invitation")
        self.await_settled(wave)
        self.browser("POST", "/resend", b"address=reject-secret%40quiet.example.org")
        for log in (self.service.log(), self.service.database_log()):
            self.assertNotIn("secret@quiet", log)
            self.assertNotIn("Hemlig", log)


class OneCallerTest(MailTest):
    """With a daemon of its own: whoever asks too often is held back for a while, also in other tests."""

    def test_one_caller_does_not_take_everybodys_turn(self):
        asked = [Client(self.service).call("POST", "/resend", f"address=a{n}%40k.example.org".encode(),
                                           "application/x-www-form-urlencoded").status for n in range(30)]
        self.assertEqual(asked[0], 200)
        self.assertIn(429, asked)


class SignInTest(MailTest):
    """The desk's link by mail."""

    def test_whoever_asks_gets_a_link_that_works_once(self):
        made = self.service.operator.made("POST", f"/v1/programmes/{self.programme.id}/accounts", {
            "email": "anna@desk.example.org", "name": "Anna", "role": "organiser", "language": "en"})
        browser = Browser(self.service)
        browser.get("/desk/sign-in")
        self.assertEqual(browser.send("/desk/sign-in", email="anna@desk.example.org").status, 200)
        mail = self.await_mail("anna@desk.example.org")
        self.assertEqual(mail.subject, "Sign in to Benchmarking Regions")
        self.assertIsNone(mail.message["List-Unsubscribe"])
        path = re.search(r"https://answers\.example\.org(/desk/sign-in/\S+)", mail.part("plain"))[1]
        browser.get(path)
        self.assertEqual(browser.send(path).status, 200)
        self.assertEqual(browser.get("/desk").status, 200)
        other = Browser(self.service)
        other.get(path)
        self.assertEqual(other.send(path).status, 410)
        self.assertEqual(self.service.sql(f"SELECT state FROM debrief.mail WHERE account_id = '{made['id']}'"), [["sent"]])

    def test_a_link_that_is_too_old_is_not_sent(self):
        account = self.service.operator.made("POST", f"/v1/programmes/{self.programme.id}/accounts", {
            "email": "bo@desk.example.org", "name": "Bo", "role": "organiser"})["id"]
        self.service.sql(f"INSERT INTO debrief.mail (programme_id, mail_id, kind, account_id, round, due_at) VALUES "
                         f"('{self.programme.id}', gen_random_uuid(), 'sign_in', '{account}', now() - interval '16 minutes', now())")
        await_true(lambda: self.service.sql(f"SELECT state, last_error FROM debrief.mail WHERE account_id = '{account}'")
                   == [["skipped", "expired"]], "the mail to be skipped")


if __name__ == "__main__":
    main()

"""Mail, against a real SMTP server on loopback: what it says, to whom, when, how often, and what comes back."""

import datetime
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from service import (Client, Programme, Service, ServiceTest, await_true,  # pylint: disable=wrong-import-position
                     load_anonymous_definition, load_definition, main, new_id, post_answers)
from smtp_receiver import Receiver, make_certificate  # pylint: disable=wrong-import-position

SENDER = "Benchmarking i Väst <evaluation@example.org>"
ANONYMOUS = {
    "id": "hidden", "title": {"sv": "Dolt", "en": "Hidden"}, "wave": "post", "languages": ["sv", "en"],
    "items": [{"id": "Q1", "type": "rating", "text": {"sv": "Hur?", "en": "How?"},
               "scale": {"min": 1, "max": 5, "labels": {"1": {"sv": "Illa", "en": "Badly"},
                                                        "5": {"sv": "Väl", "en": "Well"}}}}],
    "measures": [{"id": "Q1", "type": "rating", "items": ["Q1"]}],
}
# The link of a mail, in the plain part as it is read.
LINK = re.compile(r"https://answers\.example\.org/i/(\S+)")


def csv(people):
    """name, address, language"""
    rows = [f'"{name}",{address},politics,Organisation,{language}' for name, address, language in people]
    return ("name,email,sector,organisation,language\n" + "\n".join(rows) + "\n").encode()


def header_lines(mail):
    return mail.raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")


class MailTest(ServiceTest):
    @classmethod
    def setUpClass(cls):
        cls.receiver = Receiver()
        cls.addClassCleanup(cls.receiver.stop)
        cls.settings = {"mail_smtp": f"smtp://localhost:{cls.receiver.port}", "mail_tls": "never",
                        "mail_from": SENDER, "mail_reply_to": "organiser@example.org",
                        "mail_bounces": "bounces@example.org", "mail_timeout": "5s", "mail_rate": 100000}
        super().setUpClass()

    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Benchmarking Regions")
        cls.organiser = cls.programme.organiser
        cls.instrument = cls.programme.publish(load_definition("post"))

    def wave(self, name, people, **given):
        study = self.programme.study(name)
        self.organiser.made("POST", study.path + "/delegates:import", csv(people), "text/csv")
        return study.wave("post", *self.instrument, **given)

    def queue(self, wave, kind, to=None, **given):
        body = {"kind": kind, **({"to": to} if to else {}), **given}
        return self.organiser.call("POST", wave.path + "/mails", body)

    def queued(self, wave, kind, to=None, **given):
        reply = self.queue(wave, kind, to, **given)
        self.assertEqual(reply.status, 200, reply)
        return reply.json["queued"], reply.json["skipped"]

    def counts(self, wave):
        return self.organiser.made("GET", wave.path + "/mails")["counts"]

    def await_mail(self, address, count=1):
        await_true(lambda: len(self.receiver.to(address)) >= count, f"{count} mails to {address}")
        return self.receiver.to(address)[-1]

    def await_settled(self, wave):
        """Until nothing is on its way that is due."""
        query = (f"SELECT count(*) FROM debrief.mail WHERE wave_id = '{wave.id}' AND (state = 'claimed' OR "
                 "state = 'queued' AND due_at <= now())")
        await_true(lambda: self.service.sql(query) == [["0"]], "the mails to be handled")

    def age(self, wave, hours):
        """As if the wave's mails had been sent earlier."""
        self.service.sql(f"UPDATE debrief.mail SET sent_at = sent_at - interval '{hours} hours', due_at = due_at - "
                         f"interval '{hours} hours', round = round - interval '{hours} hours' WHERE wave_id = '{wave.id}'")

    def participant(self, wave, address):
        return self.service.sql(
            f"SELECT participant_id FROM debrief.delegate d JOIN identity.person p USING (programme_id, person_id) WHERE "
            f"p.email = '{address}' AND d.study_id = '{wave.study.id}'")[0][0]


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

    def browser_resend(self, address):
        body = ("address=" + urllib.parse.quote(address)).encode()
        Client(self.service).call("POST", "/resend", body, "application/x-www-form-urlencoded")
        await_true(lambda: self.service.sql("SELECT count(*) FROM identity.resend_request WHERE NOT done") == [["0"]], "the sender")
        return self.service.sql("SELECT mail_id FROM debrief.mail JOIN identity.person USING (programme_id, person_id) "
                                f"WHERE kind = 'resend' AND email = '{address}'")


class DeliveryTest(MailTest):
    def state(self, wave):
        return {mail["participant"]: mail for mail in self.organiser.made("GET", wave.path + "/mails?limit=1000")["mails"]}

    def one(self, wave, address):
        return self.state(wave)[self.participant(wave, address)]

    def test_refusals(self):
        names = ("reject", "policy", "busy", "spam", "unknown", "fine")
        wave = self.wave("Refusals", [(name, f"{name}@d.example.org", "sv") for name in names])
        self.queued(wave, "invitation")
        self.await_settled(wave)
        found = {name: self.one(wave, f"{name}@d.example.org") for name in names}
        self.assertEqual({name: mail["state"] for name, mail in found.items()},
                         {"reject": "bounced", "unknown": "bounced", "policy": "failed", "spam": "failed", "busy": "queued",
                          "fine": "sent"})
        self.assertIn("550 5.1.1", found["reject"]["error"])
        self.assertNotIn("@", "".join(mail["error"] or "" for mail in found.values()))
        self.assertEqual(found["busy"]["attempts"], 1)
        due = datetime.datetime.fromisoformat(found["busy"]["due_at"]) - datetime.datetime.now(datetime.timezone.utc)
        self.assertTrue(20 < due.total_seconds() <= 60, due)
        # An address that was refused for good gets nothing more until it is another one.
        self.age(wave, 21)
        self.assertEqual(self.queued(wave, "reminder")[1], {"failing_address": 2})
        self.organiser.made("POST", wave.study.path + "/delegates:import",
                            csv([("reject", "reject@d.example.org", "sv")]).replace(b"name,email", b"name,person,email")
                            .replace(b'"reject",', b'"reject",reject@d.example.org,corrected').replace(
                                b"correctedreject", b"corrected"), "text/csv")
        self.assertEqual(self.queued(wave, "reminder")[1].get("failing_address"), 1)

    def test_deferred_mail_comes_later(self):
        wave = self.wave("Deferred", [("D", "defer1@d.example.org", "sv")])
        self.queued(wave, "invitation")
        await_true(lambda: self.one(wave, "defer1@d.example.org")["attempts"] == 1
                   and self.one(wave, "defer1@d.example.org")["state"] == "queued", "the first refusal")
        self.service.sql(f"UPDATE debrief.mail SET due_at = now() WHERE wave_id = '{wave.id}'")
        self.await_mail("defer1@d.example.org")
        await_true(lambda: self.one(wave, "defer1@d.example.org")["state"] == "sent", "the mark")
        self.assertEqual(self.one(wave, "defer1@d.example.org")["attempts"], 2)

    def test_given_up_after_sixteen_attempts(self):
        wave = self.wave("Given up", [("D", "busy2@d.example.org", "sv")])
        self.queued(wave, "invitation")
        await_true(lambda: self.one(wave, "busy2@d.example.org")["attempts"] == 1, "the first refusal")
        self.service.sql(f"UPDATE debrief.mail SET due_at = now(), attempts = 15 WHERE wave_id = '{wave.id}'")
        await_true(lambda: self.one(wave, "busy2@d.example.org")["state"] == "failed", "the last refusal")

    def test_an_acceptance_that_does_not_arrive(self):
        """The one thing that SMTP cannot tell: it comes twice, under one Message-ID."""
        wave = self.wave("Dropped", [("D", "drop1@d.example.org", "sv")])
        self.queued(wave, "invitation")
        self.await_mail("drop1@d.example.org")
        await_true(lambda: self.one(wave, "drop1@d.example.org")["state"] == "queued", "the second thought")
        self.service.sql(f"UPDATE debrief.mail SET due_at = now() WHERE wave_id = '{wave.id}'")
        self.await_mail("drop1@d.example.org", 2)
        first, second = self.receiver.to("drop1@d.example.org")
        self.assertEqual(first.id, second.id)
        self.await_settled(wave)

    def test_one_connection_for_many(self):
        wave = self.wave("Many", [(f"P{i}", f"p{i}@c.example.org", "sv") for i in range(60)])
        before = self.receiver.connections
        self.queued(wave, "invitation")
        self.await_settled(wave)
        self.assertEqual(self.counts(wave), {"invitation": {"sent": 60}})
        self.assertLess(self.receiver.connections - before, 6)

    def test_a_bounce_reported_later(self):
        people = [(name, f"{name}@bounce.example.org", "sv") for name in ("gone", "full", "moved")]
        wave = self.wave("Bounces", people)
        self.queued(wave, "invitation")
        self.await_settled(wave)

        def report(name, action="failed", status="5.1.1"):
            mail = self.receiver.to(f"{name}@bounce.example.org")[0]
            return (f"From: MAILER-DAEMON@mx.example.org\r\nTo: bounces@example.org\r\nMessage-ID: <1@mx.example.org>\r\n"
                    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n"
                    "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
                    f"Final-Recipient: rfc822; {name}@bounce.example.org\r\nAction: {action}\r\nStatus: {status}\r\n"
                    f"Diagnostic-Code: smtp; 550 {status}\r\n <{name}@bounce.example.org>: no\r\n\r\n--b\r\n"
                    "Content-Type: text/rfc822-headers\r\n\r\nSubject: x\r\nMessage-ID:\r\n"
                    f" <{mail.id}>\r\n\r\n--b--\r\n").encode()

        def pipe(text, credential=None):
            with tempfile.NamedTemporaryFile() as key:
                key.write((credential or self.service.operator.credential).encode())
                key.flush()
                os.chmod(key.name, 0o600)
                return subprocess.run([self.debriefctl(), "--server", f"http://127.0.0.1:{self.service.port}", "--key-file",
                                       key.name, "mails", "bounce", "-"], input=text, capture_output=True, check=False)
        for text in (report("gone", "delayed"), b"Subject: out of office\r\n\r\nback on Monday",
                     report("gone").replace(b"Message-ID:\r\n", b"X-Other:\r\n")):
            done = pipe(text)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"passed over", done.stderr)
        self.assertEqual(self.counts(wave), {"invitation": {"sent": 3}})
        self.assertEqual(pipe(report("gone")).returncode, 0)
        self.assertEqual(pipe(report("gone").replace(b"\r\n", b"\n")).returncode, 0)
        self.assertEqual(pipe(report("full", status="4.2.2"), self.organiser.credential).returncode, 0)
        self.assertNotEqual(pipe(report("moved"), Programme(self.service, "Stranger").organiser.credential).returncode, 0)
        self.assertEqual(self.one(wave, "gone@bounce.example.org")["state"], "bounced")
        self.assertNotIn("@", self.one(wave, "gone@bounce.example.org")["error"])
        rows = self.service.sql("SELECT email FROM identity.person WHERE failing_address IS NOT NULL AND email LIKE '%@bounce.%'")
        self.assertEqual(rows, [["gone@bounce.example.org"]])
        # The person has another address by the time that the report on the old one comes.
        self.service.sql("UPDATE identity.person SET email = 'new@bounce.example.org' WHERE email = 'moved@bounce.example.org'")
        self.assertEqual(pipe(report("moved")).returncode, 0)
        self.age(wave, 21)
        self.assertEqual(self.queued(wave, "reminder"), (2, {"failing_address": 1}))

    def debriefctl(self):
        found = os.environ.get("DEBRIEFCTL")
        if not found:
            self.skipTest("DEBRIEFCTL is not set")
        return found

    def test_a_server_that_is_away(self):
        """Nothing is lost, and no attempt is counted."""
        self.receiver.mail_answer = "421 4.3.2 not now"
        wave = self.wave("Away", [("A", "a@away.example.org", "sv")])
        try:
            self.queued(wave, "invitation")
            await_true(lambda: "event=mail_paused" in self.service.log(), "the pause")
            mail = await_true(lambda: next((m for m in self.state(wave).values() if m["state"] == "queued"), None), "the release")
            self.assertEqual(mail["attempts"], 0)
        finally:
            self.receiver.mail_answer = "250 2.1.0 ok"
        self.await_mail("a@away.example.org")


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
                         "SELECT '00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'x', true FROM generate_series(1, 60)")
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


class TransportTest(ServiceTest):
    """TLS and signing in; and a server that is not there, or not configured."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="debriefd-smtp-")
        os.chmod(cls.folder, 0o755)
        cls.certificate = make_certificate(cls.folder)

    def tearDown(self):
        self.doCleanups()

    def send(self, receiver, scheme="smtp", **settings):
        """Queues one mail; the service."""
        self.addCleanup(receiver.stop)
        service = Service(mail_smtp=f"{scheme}://localhost:{receiver.port}", mail_from="x@example.org", mail_timeout="5s", **settings)
        self.addCleanup(service.finish)
        programme = Programme(service, "Transport")
        study = programme.study("Transport")
        programme.organiser.made("POST", study.path + "/delegates:import", csv([("A", "a@t.example.org", "sv")]), "text/csv")
        wave = study.wave("post", *programme.publish(load_definition("post")))
        programme.organiser.made("POST", wave.path + "/mails", {"kind": "invitation"})
        return service, lambda: programme.organiser.made("GET", wave.path + "/mails")

    def password_file(self, text):
        path = os.path.join(self.folder, "password")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o644)
        return path

    def test_starttls_and_a_password(self):
        receiver = Receiver(self.certificate, user="debriefd", password="s3cret åäö")
        service, _ = self.send(receiver, mail_user="debriefd", mail_password_file=self.password_file("s3cret åäö\n"),
                            mail_ca_file=self.certificate[1])
        await_true(lambda: receiver.accepted, "the mail")
        self.assertIn("STARTTLS", receiver.commands)
        self.assertNotIn("s3cret", service.log() + service.command("check-config"))

    def test_tls_from_the_first_byte(self):
        receiver = Receiver(self.certificate, implicit_tls=True)
        self.send(receiver, "smtps", mail_ca_file=self.certificate[1])
        await_true(lambda: receiver.accepted, "the mail")

    def test_nothing_goes_out_unencrypted_or_to_a_stranger(self):
        for receiver in (Receiver(), Receiver(self.certificate)):  # no STARTTLS; a certificate nobody knows
            service, mails = self.send(receiver)
            await_true(lambda s=service: "event=mail_paused" in s.log(), "the pause")
            await_true(lambda m=mails: (m()["mails"][0]["state"], m()["mails"][0]["attempts"]) == ("queued", 0), "the release")
            self.assertEqual((receiver.accepted, [c for c in receiver.commands if c.startswith("MAIL")]), ([], []))
            self.doCleanups()

    def test_a_wrong_password(self):
        receiver = Receiver(self.certificate, user="debriefd", password="right")
        service, mails = self.send(receiver, mail_user="debriefd", mail_password_file=self.password_file("wrong"),
                                   mail_ca_file=self.certificate[1])
        await_true(lambda: "event=mail_paused" in service.log(), "the pause")
        await_true(lambda: mails()["mails"][0]["state"] == "queued", "the release")
        self.assertEqual(receiver.accepted, [])
        self.assertNotIn("wrong", service.log())

    def test_without_a_server_mails_wait(self):
        service = Service()
        self.addCleanup(service.finish)
        programme = Programme(service, "Waiting")
        study = programme.study("Waiting")
        programme.organiser.made("POST", study.path + "/delegates:import", csv([("A", "a@t.example.org", "sv")]), "text/csv")
        wave = study.wave("post", *programme.publish(load_definition("post")))
        programme.organiser.made("POST", wave.path + "/mails", {"kind": "invitation"})
        listed = programme.organiser.made("GET", wave.path + "/mails")
        self.assertEqual((listed["is_sending"], listed["counts"]), (False, {"invitation": {"queued": 1}}))


class AnonymousTest(MailTest):
    def test_each_gets_a_link_and_then_nobody_knows_whose(self):
        study = self.programme.study("Nobody's", anonymity="anonymous")
        people = [(f"Person {i}", f"p{i}@n.example.org", "en") for i in range(6)]
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


if __name__ == "__main__":
    main()

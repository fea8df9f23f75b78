"""What servers do with mail: refusals of every kind, reports that come later, TLS, signing in, and absence."""

import datetime
import os
import shutil
import subprocess
import tempfile

from mail_service import MailTest, csv
from service import Programme, Service, ServiceTest, await_true, load_definition, main
from smtp_receiver import Receiver, make_certificate


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


class TransportTest(ServiceTest):
    """TLS and signing in; and a server that is not there, or not configured."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="debriefd-smtp-")
        os.chmod(cls.folder, 0o755)
        cls.addClassCleanup(shutil.rmtree, cls.folder)
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


if __name__ == "__main__":
    main()

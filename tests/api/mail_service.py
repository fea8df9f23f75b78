"""What tests of mail share: a daemon that sends to a server of the test's own."""

import re

from service import Programme, ServiceTest, await_true, load_definition
from smtp_receiver import Receiver

SENDER = "Benchmarking i Väst <evaluation@example.org>"
# The link of a mail, in the plain part as it is read.
LINK = re.compile(r"https://answers\.example\.org/i/(\S+)")


def csv(people):
    """name, address, language"""
    rows = [f'"{name}",{address},politics,Organisation,{language}' for name, address, language in people]
    return ("name,email,sector,organisation,language\n" + "\n".join(rows) + "\n").encode()


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

"""Server-sent events: a release is told, to its own programme only, and a client that comes back misses nothing."""

import json
import os
import socket
import subprocess
import time

from service import Client, Programme, ServiceTest, await_true, load_definition, main, new_id, people_of


class Stream:
    """A listener's connection; lines() is what came so far."""

    def __init__(self, service, credential, path, last=None):
        self.link = socket.create_connection(("127.0.0.1", service.port))
        self.link.settimeout(0.05)
        resume = f"Last-Event-ID: {last}\r\n" if last else ""
        self.link.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {credential}\r\n"
                          f"Accept: text/event-stream\r\n{resume}\r\n".encode())
        self.bytes = b""

    def text(self):
        try:
            while True:
                piece = self.link.recv(65536)
                if not piece:
                    break
                self.bytes += piece
        except TimeoutError:
            pass
        return self.bytes.decode()

    def events(self):
        """(id, kind, data) of every whole event."""
        found = []
        for block in self.text().replace("\r\n", "\n").split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if "event" in fields and "data" in fields:
                found.append((fields["id"], fields["event"], json.loads(fields["data"])))
        return found

    def last(self):
        """The place to go on from, which is told at once."""
        return [line[4:].strip() for line in self.text().splitlines() if line.startswith("id: ")][-1]

    def close(self):
        self.link.close()


class Transaction:
    """One that stays open until it is told to commit."""

    def __init__(self, service, statement):
        words = [service.psql, "-X", "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", "-d", "debriefd", "-U", "debriefd_work",
                 "-h", os.path.join(service.directory, "state", "cluster", "run")]
        if os.geteuid() == 0:
            words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] + words
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")
        self.process.stdin.write(f"BEGIN;\n{statement};\n\\echo done\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def commit(self):
        self.process.communicate("COMMIT;\n", timeout=30)
        assert self.process.returncode == 0


class EventsTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Events")
        cls.other = Programme(cls.service, "Others")
        cls.instrument = cls.programme.publish(load_definition("post"))

    def path(self, programme):
        return f"/v1/programmes/{programme.id}/events"

    def listen(self, programme, last=None, role="dashboard"):
        stream = Stream(self.service, getattr(programme, role).credential, self.path(programme), last)
        self.addCleanup(stream.close)
        await_true(lambda: "retry: " in stream.text(), "the stream to begin")
        return stream

    def release(self, name):
        study = self.programme.study(name)
        study.import_delegates(people_of("politics", prefix=new_id()[:8]))
        wave = study.wave("post", *self.instrument)
        wave.close()
        study.await_settled()
        return study

    def test_a_release_is_told_to_its_programme_only(self):
        streams = [self.listen(self.programme, role=role) for role in ("dashboard", "analyst", "organiser", "coder")]
        foreign = self.listen(self.other)
        head = streams[0].text().split("\r\n\r\n")[0].lower()
        for field in ("content-type: text/event-stream", "x-accel-buffering: no", "cache-control: no-store"):
            self.assertIn(field, head)
        study = self.release("Told")
        for stream in streams:
            told = await_true(lambda s=stream: [one for one in s.events() if one[2]["study"] == study.id], "the event", 5)
            self.assertEqual([(kind, data) for _, kind, data in told], [("released", {"study": study.id, "release": 1})])
        self.assertEqual(foreign.events(), [])

    def test_a_listener_that_comes_back_gets_what_it_missed(self):
        first = self.listen(self.programme)
        known = self.release("Before")
        seen = await_true(lambda: [one for one in first.events() if one[2]["study"] == known.id], "the event", 5)
        first.close()
        missed = [self.release(f"Missed {i}").id for i in range(3)]
        again = self.listen(self.programme, seen[-1][0])
        await_true(lambda: len(again.events()) >= 3, "the missed events", 5)
        time.sleep(0.3)
        self.assertEqual([data["study"] for _, _, data in again.events()], missed)
        self.assertEqual(len({one[0] for one in again.events()}), 3)
        foreign = self.listen(self.other, seen[-1][0])
        time.sleep(0.3)
        self.assertEqual(foreign.events(), [])
        for last in (new_id(), "no-uuid", "'; --"):
            stream = self.listen(self.programme, last)
            time.sleep(0.2)
            self.assertLessEqual({one[1] for one in stream.events()}, {"released"})

    def test_an_event_that_commits_late_is_not_missed(self):
        """Written first and committed last: two real transactions, with the release's own statement."""
        early, late = self.programme.study("Early"), self.programme.study("Late")
        publish = "SELECT logic.release_publish('{}', '{}', 1, '')".format
        stays, first = self.listen(self.programme), self.listen(self.programme)
        slow = Transaction(self.service, publish(self.programme.id, early.id))
        self.service.sql(publish(self.programme.id, late.id))
        told = await_true(first.events, "the event that committed first", 5)
        self.assertEqual([data["study"] for _, _, data in told], [late.id])
        first.close()
        slow.commit()
        again = self.listen(self.programme, told[0][0])
        missed = await_true(again.events, "the event that committed late", 5)
        self.assertEqual([data["study"] for _, _, data in missed], [early.id])
        await_true(lambda: len(stays.events()) == 2, "both events", 5)
        self.assertEqual([data["study"] for _, _, data in stays.events()], [late.id, early.id])
        back = self.listen(self.programme, missed[0][0])
        time.sleep(0.3)
        self.assertEqual(back.events(), [])

    def test_a_listener_that_heard_nothing_yet_misses_nothing(self):
        programme = Programme(self.service, "Quiet")
        path = self.path(programme)
        first = Stream(self.service, programme.dashboard.credential, path)
        await_true(lambda: "id: " in first.text(), "its place")
        last = first.last()
        first.close()
        study = programme.study("Missed")
        self.service.sql(f"SELECT logic.release_publish('{programme.id}', '{study.id}', 1, '')")
        again = self.listen(programme, last)
        told = await_true(again.events, "the event", 5)
        self.assertEqual([data["study"] for _, _, data in told], [study.id])

    def test_a_listener_far_behind_gets_everything_in_order(self):
        first = self.listen(self.programme)
        known = self.release("Long ago")
        seen = await_true(lambda: [one for one in first.events() if one[2]["study"] == known.id], "the event", 5)
        self.service.sql(f"""INSERT INTO debrief.outbox (programme_id, event_id, kind, study_id, payload, created_at)
            SELECT '{self.programme.id}', gen_random_uuid(), 'released', '{known.id}', json_build_object('study', i),
                   now() + i * interval '1 us' FROM generate_series(1, 450) i""")
        again = self.listen(self.programme, seen[-1][0])
        await_true(lambda: len(again.events()) >= 450, "every event", 5)
        self.assertEqual([data["study"] for _, _, data in again.events()], list(range(1, 451)))

    def test_a_quiet_stream_beats(self):
        stream = self.listen(self.programme)
        body = lambda: stream.text().split("\r\n\r\n", 1)[1]
        await_true(lambda: "\n: \n\n" in body().replace("\r\n", "\n"), "a comment", 20, 0.5)

    def test_nobody_else_may_listen(self):
        for client, status in [(Client(self.service), 401), (self.other.dashboard, 404), (self.other.organiser, 404),
                               (self.service.operator, 403)]:
            self.assertEqual(client.get(self.path(self.programme)).status, status)

    def test_a_revoked_key_hears_no_more(self):
        keys = f"/v1/programmes/{self.programme.id}/keys"
        made = self.programme.organiser.made("POST", keys, {"role": "dashboard", "label": "short"})
        stream = Stream(self.service, made["key"], self.path(self.programme))
        self.addCleanup(stream.close)
        stays = self.listen(self.programme)
        await_true(lambda: "retry: " in stream.text(), "the stream to begin")
        self.programme.organiser.made("DELETE", f"{keys}/{made['id']}")
        await_true(lambda: stream.text().endswith("0\r\n\r\n"), "the stream to end", 6)
        study = self.release("After the revocation")
        again = self.listen(self.programme, stays.last())  # as a browser does by itself
        await_true(lambda: [one for one in stays.events() + again.events() if one[2]["study"] == study.id], "the event", 5)
        self.assertFalse([one for one in stream.events() if one[2]["study"] == study.id])

    def test_listeners_that_leave_at_once_harm_nobody(self):
        for _ in range(50):
            Stream(self.service, self.programme.dashboard.credential, self.path(self.programme)).close()
        stays = self.listen(self.programme)
        study = self.release("After the crowd")
        await_true(lambda: [one for one in stays.events() if one[2]["study"] == study.id], "the event", 5)
        self.assertNotIn("child_ended", self.service.log())


if __name__ == "__main__":
    main()

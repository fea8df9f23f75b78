"""Webhooks: signed, in order, at least once, tried again when a receiver fails, never to a private address by default."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time

from service import Client, Programme, ServiceTest, await_true, load_definition, main, new_id, people_of


class Receiver:
    """An HTTP server that keeps what it got; `answers` are the statuses it gives, the last one for ever."""

    def __init__(self, *answers):
        self.answers = list(answers or (204,))
        self.got = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.path, dict(self.headers.items()), body))
                status = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                self.send_response(status)
                if status in (301, 302):
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def is_signed(secret, headers, body):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return headers["webhook-signature"] == "v1," + mac and abs(int(headers["webhook-timestamp"]) - time.time()) < 300


class WebhooksTest(ServiceTest):
    settings = {"webhook_private": "yes", "webhook_timeout": "2s"}

    @classmethod
    def prepare(cls):
        cls.definition = load_definition("post")

    def setUp(self):
        self.programme = Programme(self.service, "Hooks " + new_id())
        self.instrument = self.programme.publish(self.definition)
        self.path = f"/v1/programmes/{self.programme.id}/webhooks"

    def receiver(self, *answers):
        made = Receiver(*answers)
        self.addCleanup(made.stop)
        return made

    def hook(self, url, label="test"):
        return self.programme.organiser.made("POST", self.path, {"url": url, "label": label})

    def state(self, hook):
        listed = self.programme.organiser.made("GET", self.path)["webhooks"]
        return next(one for one in listed if one["id"] == hook["id"])

    def release(self, name):
        study = self.programme.study(name)
        study.import_delegates(people_of("politics", prefix=new_id()[:8]))
        study.wave("post", *self.instrument).close()
        study.await_settled()
        return study

    def hurry(self):
        """As if the pause before the next attempt were over."""
        self.service.sql(f"UPDATE debrief.webhook SET next_attempt_at = now() WHERE programme_id = '{self.programme.id}'")

    def test_a_release_and_its_withdrawal_are_delivered_signed_and_in_order(self):
        before = self.release("Before")
        receiver = self.receiver()
        hook = self.hook(receiver.url)
        study = self.release("Told")
        self.programme.organiser.made("POST", f"/v1/studies/{study.id}/releases/1:withdraw", {"reason": "wrong"})
        await_true(lambda: len(receiver.got) == 2, "two deliveries")
        for path, headers, body in receiver.got:
            self.assertEqual(path, "/hook?a=1")
            self.assertEqual(headers["Content-Type"], "application/json")
            self.assertTrue(is_signed(hook["secret"], headers, body))
            self.assertFalse(is_signed(hook["secret"], headers, body + b" "))
        told = [json.loads(body) for _, _, body in receiver.got]
        self.assertEqual([(one["type"], one["data"]["study"]) for one in told],
                         [("released", study.id), ("withdrawn", study.id)])
        self.assertEqual(told[1]["data"]["reason"], "wrong")
        self.assertNotIn(before.id, str(told))
        self.assertEqual(len({headers["webhook-id"] for _, headers, _ in receiver.got}), 2)
        listed = await_true(lambda: self.state(hook)["last_answer"] == "204" and self.state(hook), "the record")
        self.assertEqual((listed["attempts"], listed["disabled_at"]), (0, None))
        self.assertNotIn("secret", listed)
        self.assertNotIn(hook["secret"], self.service.log())

    def test_a_receiver_that_fails_gets_the_same_event_again_and_others_wait_behind_it(self):
        receiver = self.receiver(500, 302, 204)
        hook = self.hook(receiver.url)
        first, second = self.release("First"), self.release("Second")
        await_true(lambda: self.state(hook)["attempts"] == 1, "the failed attempt")
        for attempt in (2, 3):
            self.hurry()
            await_true(lambda n=attempt: len(receiver.got) >= n, "the next attempt", 20)
            if attempt == 2:
                await_true(lambda: self.state(hook)["attempts"] == 2, "its record")
        await_true(lambda: len(receiver.got) == 4, "the second event")
        told = [json.loads(body)["data"]["study"] for _, _, body in receiver.got]
        self.assertEqual(told, [first.id] * 3 + [second.id])
        self.assertEqual(len({headers["webhook-id"] for _, headers, _ in receiver.got[:3]}), 1)
        self.assertEqual({path for path, _, _ in receiver.got}, {"/hook?a=1"})

    def test_who_is_gone_or_never_answers_is_disabled_until_resumed(self):
        receiver = self.receiver(410, 204)
        hook = self.hook(receiver.url)
        study = self.release("Gone")
        await_true(lambda: self.state(hook)["disabled_at"], "the end")
        self.hurry()
        time.sleep(1.5)
        self.assertEqual(len(receiver.got), 1)
        self.programme.organiser.made("POST", f"{self.path}/{hook['id']}:resume")
        await_true(lambda: len(receiver.got) == 2, "the event after all")
        self.assertEqual(json.loads(receiver.got[1][2])["data"]["study"], study.id)
        silent = self.hook("http://127.0.0.1:9/none")
        self.release("Silent")
        for attempt in range(1, 11):
            await_true(lambda n=attempt: self.state(silent)["attempts"] >= n, "an attempt", 20)
            self.hurry()
        state = await_true(lambda: self.state(silent)["disabled_at"] and self.state(silent), "the end")
        self.assertEqual(state["attempts"], 10)
        self.assertIn("connect", state["last_answer"])

    def test_what_may_not_be_made_or_seen(self):
        hook = self.hook("https://receiver.example.org/x")
        for url in ("ftp://a/b", "https://", "https://user:pw@host/", "https://a b/", "javascript:alert(1)", "//host/x"):
            reply = self.programme.organiser.call("POST", self.path, {"url": url, "label": "x"})
            self.assertEqual((reply.status, reply.json["errors"][0]["pointer"]), (422, "/url"), url)
        other = Programme(self.service, "Other")
        for client in (self.programme.dashboard, self.programme.analyst, self.programme.coder):
            self.assertEqual(client.get(self.path).status, 403)
        self.assertEqual(other.organiser.get(self.path).status, 404)
        self.assertEqual(other.organiser.call("DELETE", f"/v1/programmes/{other.id}/webhooks/{hook['id']}").status, 404)
        self.assertEqual(Client(self.service).get(self.path).status, 401)
        self.assertEqual(self.programme.organiser.call("DELETE", f"{self.path}/{hook['id']}").status, 200)
        self.assertEqual(self.programme.organiser.call("DELETE", f"{self.path}/{hook['id']}").status, 404)
        for _ in range(20):
            self.hook("https://receiver.example.org/x")
        self.assertEqual(self.programme.organiser.call("POST", self.path, {"url": "https://a/", "label": "x"}).status, 409)


class PublicOnlyTest(ServiceTest):
    @classmethod
    def prepare(cls):
        cls.programme = Programme(cls.service, "Public only")

    def test_this_machine_is_not_reached(self):
        path = f"/v1/programmes/{self.programme.id}/webhooks"
        receiver = Receiver()
        self.addCleanup(receiver.stop)
        self.assertEqual(self.programme.organiser.call("POST", path, {"url": receiver.url, "label": "x"}).status, 422)
        # localhost is what a name may turn into after it was looked at.
        self.programme.organiser.made("POST", path, {"url": f"https://localhost:{receiver.server.server_port}/", "label": "x"})
        study = self.programme.study("S")
        self.service.sql(f"SELECT logic.release_publish('{self.programme.id}', '{study.id}', 1, '')")
        hook = await_true(lambda: [one for one in self.programme.organiser.made("GET", path)["webhooks"] if one["attempts"]],
                          "the attempt")[0]
        self.assertEqual(hook["last_answer"], "the address is not public")
        self.assertEqual(receiver.got, [])


if __name__ == "__main__":
    main()

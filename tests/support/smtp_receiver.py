"""A mail server on loopback for tests: a real one as far as SMTP goes (RFC 5321), with STARTTLS, TLS from the first
byte, AUTH PLAIN and LOGIN, and whatever can go wrong. What to do with a mail is said by its recipient's name:

    reject..    550 5.1.1 to RCPT               policy..    550 5.7.1 to RCPT
    defer..     450 4.2.0 to RCPT, the first time only     busy..     450 for ever
    spam..      554 5.7.1 to the text           unknown..   554 5.1.1 to the text
    drop..      the connection ends after the text was accepted, without an answer, the first time
    slow..      the answer to the text takes `slow_seconds`

`accepted` is the ledger: every mail whose text was taken, in order, noted before the answer is sent.
"""

import base64
import email
import email.policy
import os
import socketserver
import ssl
import subprocess
import threading
import time


class Mail:
    """A mail that was taken."""

    def __init__(self, sender, recipients, raw):
        self.at = time.monotonic()
        self.sender = sender
        self.recipients = recipients
        self.raw = raw
        self.answered = False
        self.message = email.message_from_bytes(raw, policy=email.policy.default)

    @property
    def id(self):
        return self.message["Message-ID"].strip("<>")

    @property
    def subject(self):
        return self.message["Subject"]

    def part(self, kind):
        return self.message.get_body((kind,)).get_content()

    def __repr__(self):
        return f"<{self.recipients} {self.subject!r}>"


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.is_secure, self.user, self.sender, self.recipients = False, None, None, []
        receiver = self.server.receiver
        with receiver.lock:
            receiver.connections += 1
            receiver.active += 1
        try:
            if receiver.implicit_tls:
                self.secure()
            self.say(receiver.greeting)
            while receiver.greeting.startswith("220"):
                line = self.rfile.readline(2000)
                if not line or self.command(line.decode("ascii", "replace").strip()):
                    return
        except (OSError, ValueError):
            return
        finally:
            if self.is_secure:
                self.connection.close()
            with receiver.lock:
                receiver.active -= 1

    def secure(self):
        self.connection = self.server.receiver.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)
        self.is_secure = True

    def command(self, line):
        """Answers one line; true at the connection's end."""
        receiver = self.server.receiver
        word = line.split(" ", 1)[0].upper()
        with receiver.lock:
            receiver.commands.append(line)
        if word == "QUIT":
            self.say("221 bye")
            return True
        if word in ("EHLO", "HELO"):
            self.hello()
        elif word == "STARTTLS" and receiver.context and not self.is_secure:
            self.say("220 go on")
            self.secure()
        elif word == "AUTH":
            self.sign_in(line)
        elif word == "MAIL" and receiver.password and self.user is None:
            self.say("530 5.7.0 authentication required")
        elif word == "MAIL":
            self.sender, self.recipients = line.split("<", 1)[1].split(">")[0], []
            self.say(receiver.mail_answer)
        elif word == "RCPT":
            self.recipient(line.split("<", 1)[1].split(">")[0])
        elif word == "DATA":
            return self.data()
        elif word in ("RSET", "NOOP"):
            self.say("250 2.0.0 ok")
        else:
            self.say("502 5.5.1 what?")
        return False

    def hello(self):
        receiver = self.server.receiver
        lines = ["receiver.test", "8BITMIME", "SIZE 1000000", "ENHANCEDSTATUSCODES"]
        if receiver.context and not receiver.implicit_tls and not self.is_secure:
            lines.append("STARTTLS")
        if receiver.password:
            lines.append("AUTH PLAIN LOGIN")
        for line in lines[:-1]:
            self.say("250-" + line)
        self.say("250 " + lines[-1])

    def sign_in(self, line):
        receiver = self.server.receiver
        words = line.split(" ")
        if words[1].upper() == "PLAIN":
            if len(words) < 3:
                self.say("334 ")
                words.append(self.rfile.readline(2000).decode().strip())
            _, user, password = base64.b64decode(words[2]).decode().split("\0")
        else:
            self.say("334 VXNlcm5hbWU6")
            user = base64.b64decode(self.rfile.readline(2000)).decode()
            self.say("334 UGFzc3dvcmQ6")
            password = base64.b64decode(self.rfile.readline(2000)).decode()
        if (user, password) == (receiver.user, receiver.password):
            self.user = user
            self.say("235 2.7.0 welcome")
        else:
            self.say("535 5.7.8 no")

    def recipient(self, address):
        receiver = self.server.receiver
        name = address.split("@")[0]
        if name.startswith("reject"):
            self.say(f"550 5.1.1 <{address}>: no such user")
        elif name.startswith("policy"):
            self.say("550 5.7.1 relaying denied")
        elif name.startswith("busy") or (name.startswith("defer") and receiver.is_first("defer", address)):
            self.say("450 4.2.0 come back later")
        else:
            self.recipients.append(address)
            self.say("250 2.1.5 ok")

    def data(self):
        receiver = self.server.receiver
        if not self.recipients:
            self.say("503 5.5.1 no recipient")
            return False
        self.say("354 go on")
        lines = []
        while True:
            line = self.rfile.readline(2000)
            if not line:
                return True
            if line in (b".\r\n", b".\n"):
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        name = self.recipients[0].split("@")[0]
        if name.startswith("spam"):
            self.say("554 5.7.1 we do not like it")
            return False
        if name.startswith("unknown"):
            self.say("554 5.1.1 nobody here")
            return False
        mail = Mail(self.sender, self.recipients, b"".join(lines))
        with receiver.lock:
            receiver.accepted.append(mail)
        if name.startswith("drop") and receiver.is_first("drop", name):
            return True
        if name.startswith("slow"):
            time.sleep(receiver.slow_seconds)
        time.sleep(receiver.pause())
        self.say("250 2.0.0 taken")
        mail.answered = True
        return False


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def make_certificate(folder):
    """A certificate for localhost that is its own authority."""
    key, certificate = os.path.join(folder, "smtp.key"), os.path.join(folder, "smtp.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                   check=True, capture_output=True)
    os.chmod(certificate, 0o644)
    return key, certificate


class Receiver:
    def __init__(self, certificate=None, implicit_tls=False, user="", password="", port=0):
        self.lock = threading.Lock()
        self.accepted, self.commands, self.seen, self.connections, self.active = [], [], set(), 0, 0
        self.user, self.password, self.implicit_tls = user, password, implicit_tls
        self.greeting, self.mail_answer = "220 receiver.test ESMTP", "250 2.1.0 ok"
        self.slow_seconds, self.pause = 0, lambda: 0
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate[1], certificate[0])
        self.server = Server(("127.0.0.1", port), Session)
        self.server.receiver = self
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def is_first(self, what, address):
        with self.lock:
            known = (what, address) in self.seen
            self.seen.add((what, address))
            return not known

    def to(self, address):
        with self.lock:
            return [mail for mail in self.accepted if address in mail.recipients]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

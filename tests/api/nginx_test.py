"""contrib/nginx/debriefd.conf in front of a real daemon: nginx with a certificate made here, only ports, paths and the
host's name changed. Skipped without nginx or openssl."""

import ast
import concurrent.futures
import http.client
import http.server
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import warnings

from service import (SKIPPED, SOURCE, Client, Programme, Service, ServiceTest, await_true, free_port, load_definition,
                     main, people_of)

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
HOST = "trips.example.org"
CORPUS = os.path.join(SOURCE, "tests", "http", "corpus_test.c")
MAX_BODY = 256 * 1024


class Proxy:
    """The shipped file between these ports."""

    def __init__(self, upstream, key):
        self.directory = tempfile.mkdtemp(prefix="debriefd-nginx-")
        os.chmod(self.directory, 0o755)
        self.port, self.plain_port = free_port(), free_port()
        self.upstream_log = self.path("upstream.log")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=" + HOST,
                        "-addext", "subjectAltName=DNS:" + HOST, "-keyout", self.path("key.pem"),
                        "-out", self.path("cert.pem")], check=True, capture_output=True)
        with open(self.path("proxy-key"), "w", encoding="utf-8") as file:
            file.write(f"proxy_set_header X-Debriefd-Proxy-Key {key};\n")
        with open(os.path.join(SOURCE, "contrib", "nginx", "debriefd.conf"), encoding="utf-8") as file:
            self.shipped = file.read()
        with open(self.path("nginx.conf"), "w", encoding="utf-8") as file:
            file.write(self.whole_file(self.here(upstream)))
        self.process = subprocess.Popen([NGINX, "-p", self.directory, "-c", self.path("nginx.conf"), "-g", "daemon off;"],
                                        stderr=subprocess.PIPE)
        await_true(self.answers, "nginx to listen")

    def path(self, name):
        return os.path.join(self.directory, name)

    def here(self, upstream):
        """Each change must hit: what the file no longer says is not tested."""
        text = self.shipped
        for pattern, replacement, times in [
                (r"server 127\.0\.0\.1:8080;", f"server 127.0.0.1:{upstream};", 1),
                (r"listen 80;", f"listen 127.0.0.1:{self.plain_port};", 1),
                (r"listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;", 1),
                (r" +listen \[::\]:.*\n", "", 2),
                (r"/etc/letsencrypt/live/trips.example.org/fullchain.pem", self.path("cert.pem"), 1),
                (r"/etc/letsencrypt/live/trips.example.org/privkey.pem", self.path("key.pem"), 1),
                (r"include /etc/nginx/debriefd-proxy-key;", f"include {self.path('proxy-key')};", 1),
                (r"/var/log/nginx/debriefd.access.log debriefd;",
                 self.path("access.log") + f" debriefd; access_log {self.upstream_log} upstream;", 1),
                (r"/var/log/nginx/debriefd.error.log", self.path("error.log"), 1)]:
            text, done = re.subn(pattern, replacement, text)
            assert done == times, pattern
        return text

    def whole_file(self, server):
        places = "".join(f"{kind}_temp_path {self.path(kind)};\n"
                         for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;\n" if os.geteuid() == 0 else ""
        return (f"{user}worker_processes 1;\npid {self.path('pid')};\nerror_log stderr crit;\nevents {{}}\nhttp {{\n"
                f"log_format upstream '$upstream_status $request_uri';\n{places}{server}}}\n")

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(self.process.stderr.read().decode())
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        except OSError:
            return False

    def connect(self, source=None):
        context = ssl.create_default_context(cafile=self.path("cert.pem"))
        context.set_alpn_protocols(["http/1.1"])
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=10, source_address=source)
        return context.wrap_socket(plain, server_hostname=HOST)

    def call(self, method, path, body=None, headers=None, source=None):
        link = http.client.HTTPConnection(HOST)
        link.sock = self.connect(source)
        try:
            link.request(method, path, body=body, headers=headers or {})
            answer = link.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            link.close()

    def raw(self, request):
        """What comes back until the other side closes or is silent."""
        with self.connect() as link:
            link.settimeout(0.3)
            got = b""
            try:
                link.sendall(request)
                while piece := link.recv(65536):
                    got += piece
            except OSError:
                pass
        return got

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.process.stderr.close()
        shutil.rmtree(self.directory, ignore_errors=True)


class Echo(http.server.BaseHTTPRequestHandler):
    """An upstream that keeps what it was sent."""

    protocol_version = "HTTP/1.1"
    seen = []

    def do_GET(self):
        self.seen.append(self.headers)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def corpus():
    """(name, request) of the daemon's own hostile requests, at paths that a real daemon has."""
    with open(CORPUS, encoding="utf-8") as file:
        text = file.read()
    macros = {name: value for name, value in re.findall(r'#define (H|SMUGGLED) +((?:"(?:[^"\\]|\\.)*")+)', text)}
    rows = []
    for name, parts in re.findall(r'\{"([^"]+)", TEXT\(((?:"(?:[^"\\]|\\.)*"|\s|H|SMUGGLED)+)\)', text):
        for macro, value in macros.items():
            parts = re.sub(rf'("(?:[^"\\]|\\.)*")|\b{macro}\b', lambda m, v=value: m.group(1) or f" {v} ", parts)
        literals = re.findall(r'"(?:[^"\\]|\\.)*"', parts)
        request = b"".join(ast.literal_eval("b" + literal) for literal in literals)
        rows.append((name, request.replace(b"/hello", b"/healthz").replace(b"Host: a\r\n", b"Host: trips.example.org\r\n")))
    return rows


class NginxTest(ServiceTest):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.mkdtemp(prefix="debriefd-key-")
        cls.addClassCleanup(shutil.rmtree, directory, True)
        os.chmod(directory, 0o777)
        key_file = os.path.join(directory, "proxy.key")
        cls.service = Service(trusted_proxies="127.0.0.1", proxy_key_file=key_file)
        cls.addClassCleanup(cls.service.finish)
        # As the file's head says it.
        made = subprocess.run(["sh", "-c", f'printf %s "$(cat {key_file})"'], capture_output=True, text=True, check=True)
        cls.key = made.stdout
        cls.proxy = Proxy(cls.service.port, cls.key)
        cls.addClassCleanup(cls.proxy.stop)

    def metrics_status(self, **headers):
        return Client(self.service).get("/metrics", **headers).status

    def test_an_address_is_believed_only_with_the_key(self):
        self.assertEqual(len(self.key), 64)
        forwarded = {"X_Forwarded_For": "203.0.113.9"}
        self.assertEqual(self.metrics_status(), 200)
        self.assertEqual(self.metrics_status(**forwarded), 200)
        self.assertEqual(self.metrics_status(**forwarded, X_Debriefd_Proxy_Key="0" * 64), 200)
        self.assertEqual(self.metrics_status(**forwarded, X_Debriefd_Proxy_Key=self.key), 403)

    def test_what_the_client_says_of_itself_is_replaced(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        proxy = Proxy(server.server_address[1], self.key)
        try:
            status, _, _ = proxy.call("GET", "/x", source=("127.0.0.7", 0), headers={
                "X-Forwarded-For": "198.51.100.1", "Forwarded": "for=198.51.100.1", "X-Debriefd-Proxy-Key": "mine",
                "X-Forwarded-Proto": "http", "Authorization": "Bearer k", "Cookie": "a=b", "X-Request-Id": "request-17"})
            self.assertEqual(status, 200)
        finally:
            proxy.stop()
            server.shutdown()
            server.server_close()
        sent = Echo.seen[-1]
        self.assertEqual(sent.get_all("X-Forwarded-For"), ["127.0.0.7"])
        self.assertEqual(sent.get_all("X-Debriefd-Proxy-Key"), [self.key])
        self.assertEqual(sent.get_all("X-Forwarded-Proto"), ["https"])
        self.assertEqual(sent.get_all("Host"), [HOST])
        self.assertIsNone(sent.get("Forwarded"))
        self.assertEqual([sent["Authorization"], sent["Cookie"], sent["X-Request-Id"]], ["Bearer k", "a=b", "request-17"])

    def test_https_only(self):
        status, headers, _ = self.proxy.call("GET", "/healthz")
        self.assertEqual((status, headers["Strict-Transport-Security"]), (200, "max-age=63072000"))
        self.assertEqual(headers.get_all("X-Content-Type-Options"), ["nosniff"])
        for path in ("/nothing", "/metrics"):
            status, headers, _ = self.proxy.call("GET", path)
            self.assertEqual((status, headers["Strict-Transport-Security"]), (404, "max-age=63072000"))
        link = http.client.HTTPConnection("127.0.0.1", self.proxy.plain_port, timeout=10)
        link.request("GET", "/i/di_secret?a=b", headers={"Host": "evil.example"})
        answer = link.getresponse()
        self.assertEqual((answer.status, answer.getheader("Location")), (301, f"https://{HOST}/i/di_secret?a=b"))
        link.close()
        with self.assertRaises(ssl.SSLError):
            context = ssl.create_default_context(cafile=self.proxy.path("cert.pem"))
            warnings.simplefilter("ignore", DeprecationWarning)
            context.maximum_version = ssl.TLSVersion.TLSv1_1
            with socket.create_connection(("127.0.0.1", self.proxy.port)) as plain:
                context.wrap_socket(plain, server_hostname=HOST)

    def test_a_participants_cookie_goes_back_over_https(self):
        """A whole visit through the proxy: link, cookie, form, and nothing for whoever has no cookie."""
        study = Programme(self.service, "Behind a proxy").study()
        study.import_delegates(people_of("politics", "state"))
        wave = study.wave("post", *study.programme.publish(load_definition("post")))
        token = next(iter(wave.invite().values()))
        status, headers, _ = self.proxy.call("GET", "/i/" + token)
        self.assertEqual((status, headers["Location"]), (303, "/form"))
        cookie = next(line for line in headers.get_all("Set-Cookie") if line.startswith("__Host-"))
        for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
            self.assertIn(attribute, [word.strip() for word in cookie.split(";")])
        status, headers, body = self.proxy.call("GET", "/form", headers={"Cookie": cookie.split(";")[0]})
        self.assertEqual(status, 200)
        self.assertIn(b'action="/form"', body)
        self.assertEqual(headers["Strict-Transport-Security"], "max-age=63072000")
        self.assertNotIn(b'action="/form"', self.proxy.call("GET", "/form")[2])

    def test_limits_agree(self):
        for size, accepted in ((MAX_BODY, True), (MAX_BODY + 1, False)):
            for call in (self.proxy.call, self.direct):
                status = call("POST", "/v1/programmes", b"x" * size, {"Content-Type": "application/json"})[0]
                self.assertEqual(status != 413, accepted, (size, status))
        for size, accepted in ((7000, True), (20000, False)):
            for call in (self.proxy.call, self.direct):
                status = call("GET", "/healthz", headers={"X-Long": "x" * size})[0]
                self.assertEqual(status == 200, accepted, (size, status))

    def direct(self, method, path, body=None, headers=None):
        link = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=10)
        try:
            link.request(method, path, body=body, headers=headers or {})
            answer = link.getresponse()
            return answer.status, answer.headers, answer.read()
        except OSError:  # refused before the body was read
            return 413, None, b""
        finally:
            link.close()

    def daemon_requests(self):
        """What the daemon took for a request, refused ones too."""
        text = Client(self.service).get("/metrics").body.decode()
        found = re.findall(r'(?m)^debriefd_http_requests(?:_refused)?_total(?:\{[^}]*\})? (\d+)$', text)
        self.assertTrue(found)
        return sum(map(int, found))

    def forwarded(self):
        with open(self.proxy.upstream_log, encoding="utf-8") as file:
            return [line for line in file.read().splitlines() if not line.startswith("- ")]

    def test_no_request_is_smuggled(self):
        """Of each hostile request the daemon sees exactly as many requests as nginx meant to send."""
        rows = corpus()
        self.assertGreater(len(rows), 100)
        before, sent_before = self.daemon_requests(), len(self.forwarded())
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for (name, _), got in zip(rows, pool.map(self.proxy.raw, [request for _, request in rows])):
                with self.subTest(name):
                    self.assertNotRegex(got, rb"HTTP/1\.1 50[0234]")
        sent = self.forwarded()[sent_before:]
        self.assertGreater(len(sent), 10)
        # The first look at the counter is not in itself, the second is not either: one of them is.
        self.assertEqual(self.daemon_requests() - before - 1, len(sent))

    def test_logs_have_no_secrets(self):
        self.proxy.call("GET", "/i/di_very_secret")
        self.proxy.call("GET", "/v1/receipts/secret?x=secret")
        with open(self.proxy.path("access.log"), encoding="utf-8") as file:
            log = file.read()
        self.assertRegex(log, r"(?m)^\S+ GET /i 4")
        self.assertNotIn("secret", log)
        self.assertNotIn("127.0.0.1", log)
        with open(self.proxy.path("error.log"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "")


if __name__ == "__main__":
    if NGINX is None or shutil.which("openssl") is None:
        print("nginx or openssl is not installed")
        sys.exit(SKIPPED)
    main()

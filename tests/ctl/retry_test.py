#!/usr/bin/env python3
"""What debriefctl repeats, and what it never does: a server that misbehaves counts the requests.

retry_test.py DEBRIEFCTL
"""
import http.server
import subprocess
import sys
import threading

ANSWERS = []  # of the next requests, in order; the last one stays
SEEN = []
READY = (200, {}, b'{"status":"ready"}')
HANG_UP = None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        SEEN.append(self.command)
        answer = ANSWERS.pop(0) if len(ANSWERS) > 1 else ANSWERS[0]
        if answer is HANG_UP:
            self.close_connection = True
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": len(body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def run(server, answers, *words):
    ANSWERS[:] = answers
    SEEN.clear()
    address = f"http://127.0.0.1:{server.server_port}"
    done = subprocess.run([sys.argv[1], "--server", address, "--key", "dk_x", *words], capture_output=True,
                          timeout=60, env={"http_proxy": "http://127.0.0.1:1"})
    return done.returncode, len(SEEN), done.stderr.decode()


JOB = ("jobs", "run", "0192f0c1-2b7a-7c3d-8e4f-5a6b7c8d9e0f")
BUSY = (503, {"Retry-After": 1}, b'{"detail":"busy"}')
DOWN = (503, {}, b'{"detail":"down"}')
CASES = [  # name, answers, command, exit code, requests, part of what is told
    ("a reader waits as it is told", [BUSY, READY], ["health"], 0, 2, ""),
    ("a writer too: the server did nothing yet", [BUSY, READY], JOB, 0, 2, ""),
    ("a refusal without a time is final", [DOWN, READY], ["health"], 1, 1, "down"),
    ("a lost connection is tried again by a reader", [HANG_UP, READY], ["health"], 0, 2, ""),
    ("and never by a writer", [HANG_UP, READY], JOB, 3, 1, "cannot be reached"),
    ("an answer of something else", [(200, {}, b"<html>")], ["health"], 1, 1, "is it debriefd?"),
    ("a redirection is not followed", [(302, {"Location": "/x"}, b"")], ["health"], 1, 1, "302"),
    ("a server cannot steer the terminal", [(422, {}, b'{"detail":"a\\u001b[2Jb"}')], ["health"], 1, 1, "a?[2Jb"),
]


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    faults = 0
    for name, answers, words, code, requests, told in CASES:
        got = run(server, answers, *words)
        if got[:2] != (code, requests) or told not in got[2]:
            print(f"{name}: expected {(code, requests, told)}, got {got}")
            faults += 1
    print(f"{len(CASES)} cases, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""What the benchmarks share: a build, a daemon with its private cluster, SQL, and CPU time read from /proc."""

import encodings.idna  # noqa: F401  what urllib loads late may be closed to the account that is changed to
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
POST = os.path.join(SOURCE, "contrib/instruments/benchmarking/post.json")
SKIPPED = 77
TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")


def build(directory):
    """Builds the daemon and the benchmark programs, and returns the directory."""
    directory = directory or os.path.join(SOURCE, "build-bench")
    if not os.path.exists(os.path.join(directory, "CMakeCache.txt")):
        run(["cmake", "-S", SOURCE, "-B", directory, "-G", "Ninja", "-DBUILD_TESTING=OFF"])
    run(["cmake", "--build", directory, "--target", "debriefd", "bench"])
    return directory


def leave_root(directory):
    """PostgreSQL refuses to run as root, and its socket knows clients by their account."""
    if os.getuid() != 0:
        return
    account = pwd.getpwnam("postgres")
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    os.environ["HOME"] = account.pw_dir
    for path in POST, os.path.join(directory, "debriefd"):
        if not os.access(path, os.R_OK):
            print(f"{path} is closed to the account postgres, which the benchmark changes to", file=sys.stderr)
            sys.exit(SKIPPED)


def run(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}")
    return done.stdout


def require(*programs):
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        sys.exit(f"missing: {', '.join(missing)}; see the lines of role bench in contrib/packages.txt")


def processes():
    """Parent and CPU ticks (own and of ended children) by process."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            found[int(name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    return found


def cpu_us(root):
    """CPU time of a process and everything below it."""
    table = processes()
    family = {root}
    while True:
        more = {pid for pid, (parent, _) in table.items() if parent in family} - family
        if not more:
            return sum(table[pid][1] for pid in family if pid in table) * TICK_US
        family |= more


def rss_mb(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024


class Daemon:
    """debriefd run in a directory of its own, removed on leaving."""

    def __init__(self, directory, port):
        self.build = directory
        self.port = port
        self.home = tempfile.mkdtemp(prefix="debriefd-bench.")
        self.config = os.path.join(self.home, "debriefd.conf")
        self.log = os.path.join(self.home, "log")
        account = pwd.getpwuid(os.getuid()).pw_name
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"state_directory = {self.home}/state\n"
                       f"user = {account}\nlisten = 127.0.0.1:{port}\nlog_level = warn\n")

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
        program = os.path.join(self.build, "debriefd")
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([program, "run", "--config", self.config], stdout=log, stderr=log)
        try:
            self.wait_ready()
            with open(f"{self.home}/state/cluster/data/postmaster.pid", encoding="utf-8") as file:
                lines = file.read().split("\n")
        except BaseException:
            self.__exit__()
            raise
        self.postgres = int(lines[0])
        self.conninfo = f"host={lines[4]} port={lines[3]} dbname=debriefd user=postgres"
        return self

    def wait_ready(self):
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        sys.exit("debriefd does not start")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        shutil.rmtree(self.home)

    def child(self, role):
        """The pid of the serve or work process."""
        for pid, (parent, _) in processes().items():
            if parent == self.process.pid:
                with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
                    if file.read().split("\0")[1] == role:
                        return pid
        sys.exit(f"no {role} process")

    def sql(self, text, **variables):
        command = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.conninfo]
        for name, value in variables.items():
            command += ["-v", f"{name}={value}"]
        done = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.strip()

    def sql_file(self, name, **variables):
        with open(os.path.join(HERE, name), encoding="utf-8") as file:
            return self.sql(file.read(), **variables)

    def call(self, method, path, key, body=None):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method, headers=headers,
                                         data=None if body is None else data)
        with urllib.request.urlopen(request) as reply:
            return json.loads(reply.read())

    def operator(self):
        """The first operator's key."""
        output = run([os.path.join(self.build, "debriefd"), "bootstrap", "--config", self.config])
        return json.loads(re.search(r"\{.*\}", output).group())["key"]

    def programme(self):
        """A programme with the published post-trip instrument: its id, its organiser's key."""
        operator = self.operator()
        made = self.call("POST", "/v1/programmes", operator, {"name": "Benchmark"})["id"]
        organiser = self.call("POST", f"/v1/programmes/{made}/keys", operator,
                              {"role": "organiser", "label": "bench"})["key"]
        with open(POST, "rb") as file:
            version = self.call("POST", "/v1/instruments", organiser, file.read())
        self.call("POST", f"/v1/instruments/{version['instrument']}/versions/{version['version']}:publish", organiser)
        return made, organiser

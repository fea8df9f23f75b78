"""A debriefd of one's own: scratch directories, configuration, processes and what /proc says of them.

Nothing outlives the test, however it ends: processes are tied to it by a death signal, and a watcher that
reads a pipe of which the test holds the only other end removes the directory.
"""
import contextlib
import ctypes
import glob
import json
import os
import pwd
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from ports import free_port  # pylint: disable=wrong-import-position

SKIPPED = 77
PR_SET_PDEATHSIG = 1
CANNOT_CONNECT_NOW = b"C57P03"
LIBC = ctypes.CDLL(None, use_errno=True)
ROLES = ("serve", "work")


def skip(why):
    print(f"SKIPPED: {why}", flush=True)
    sys.exit(SKIPPED)


def postgres_program(name):
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: int(path.split("/")[4]))
    program = found[-1] if found else shutil.which(name)
    if program is None:
        skip(f"there is no {name}")
    return program


def account():
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return skip("no account to run PostgreSQL as")


def wait_for(what, condition, seconds=60.0, every=0.02):
    """The condition's first true value; it may raise OSError meanwhile."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError):
            value = condition()
            if value:
                return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(every)


def scratch_directory():
    user = account()
    path = tempfile.mkdtemp(prefix="debriefd-crash-")
    if os.geteuid() == 0:
        os.chown(path, user.pw_uid, user.pw_gid)
    script = ('cat >/dev/null; umount -l "$0"/small 2>/dev/null; '
              'for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$0"; sleep 0.5; test -e "$0" || break; done')
    watcher = subprocess.Popen(["/bin/sh", "-c", script, path], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    watchers.append(watcher)
    return path


watchers = []


def process_status(pid):
    """(parent, state letter), or None when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), fields[0]


def is_alive(pid):
    status = process_status(pid)
    return status is not None and status[1] not in "ZX"


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return [part.decode(errors="replace") for part in file.read().rstrip(b"\0").split(b"\0")]
    except OSError:
        return []


def children(parent):
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in pids if (process_status(pid) or (0, ""))[0] == parent and is_alive(pid)]


def end(pid, number=signal.SIGKILL):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def accepts(socket_path):
    """Whether a server behind the socket takes connections: any answer but "starting up" or "shutting down"."""
    parameters = b"user\0nobody\0database\0nobody\0\0"
    startup = struct.pack("!ii", 8 + len(parameters), 3 << 16) + parameters
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(socket_path)
            connection.sendall(startup)
            answer = connection.recv(500)
    except OSError:
        return False
    return len(answer) > 0 and not (answer[:1] == b"E" and CANNOT_CONNECT_NOW in answer)


class Daemon:
    """One configuration and state directory; `run` is the supervisor, other roles can be started beside it."""

    def __init__(self, binary, name="a", root=None, **settings):
        self.binary = os.path.abspath(binary)
        self.user = account()
        self.root = root or scratch_directory()
        self.state = os.path.join(self.root, name)
        self.port = free_port()
        self.config = os.path.join(self.root, f"{name}.conf")
        self.log_path = os.path.join(self.root, f"{name}.log")
        self.settings = {"state_directory": self.state,
                         "user": self.user.pw_name, "listen": f"127.0.0.1:{self.port}", **settings}
        self.supervisor = None
        self.others = []
        self.write_config()

    def write_config(self, **changed):
        self.settings.update(changed)
        with open(self.config, "w", encoding="utf-8") as file:
            file.writelines(f"{key} = {value}\n" for key, value in self.settings.items())
        os.chmod(self.config, 0o644)

    def _options(self, environment=None):
        def die_with_test():
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        as_other = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return {"preexec_fn": die_with_test, "cwd": "/", "env": {**os.environ, **(environment or {})},
                **(as_other if os.geteuid() == 0 else {})}

    def start(self, role, environment=None):
        """A process of this configuration, its log appended to the daemon's."""
        with open(self.log_path, "ab") as log:
            return subprocess.Popen([self.binary, role, "--config", self.config], stdin=subprocess.DEVNULL,
                                    stdout=log, stderr=log, **self._options(environment))

    def start_run(self):
        self.supervisor = self.start("run")

    def start_beside(self, role, **environment):
        """A serve or work on the private cluster of this daemon's supervisor."""
        conninfo = f"host='{self.socket_directory}' port=5432 dbname=debriefd user=debriefd_{role}"
        process = self.start(role, {"DEBRIEFD_DATABASE": conninfo, **environment})
        self.others.append(process)
        return process

    def command(self, *arguments, check=True):
        """(standard output, exit code) of a command that ends by itself."""
        done = subprocess.run([self.binary, *arguments, "--config", self.config], capture_output=True, text=True,
                              timeout=300, check=False, **self._options())
        if check and done.returncode != 0:
            raise AssertionError(f"{arguments}: {done.returncode} {done.stderr}")
        return done.stdout if check else (done.stdout, done.stderr, done.returncode)

    def bootstrap(self):
        return json.loads(self.command("bootstrap"))["key"]

    @property
    def socket_directory(self):
        return os.path.join(self.state, "cluster", "run")

    @property
    def data_directory(self):
        return os.path.join(self.state, "cluster", "data")

    def database_accepts(self):
        return accepts(os.path.join(self.socket_directory, ".s.PGSQL.5432"))

    def sql(self, text):
        """Rows as lists of texts, read as the superuser."""
        done = subprocess.run([postgres_program("psql"), "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1",
                               "-h", self.socket_directory, "-U", "postgres", "-d", "debriefd", "-c", text],
                              capture_output=True, text=True, timeout=300, check=False, **self._options())
        if done.returncode != 0:
            raise OSError(done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    @contextlib.contextmanager
    def locked(self, table, mode="EXCLUSIVE"):
        """Holds a lock that writers of the table wait for, or with ACCESS EXCLUSIVE everybody."""
        arguments = [postgres_program("psql"), "-Xq", "-h", self.socket_directory, "-U", "postgres", "-d", "debriefd"]
        holder = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                  **self._options())
        holder.stdin.write(f"BEGIN;\nLOCK TABLE {table} IN {mode} MODE;\n\\echo held\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "held\n"
        try:
            yield
        finally:
            holder.communicate("ROLLBACK;\n", timeout=30)

    def value(self, text):
        return self.sql(text)[0][0]

    def child(self, role):
        """The supervisor's child of that role, or None."""
        return next((pid for pid in children(self.supervisor.pid) if command_line(pid)[1:2] == [role]), None)

    def postmaster(self):
        try:
            with open(os.path.join(self.data_directory, "postmaster.pid"), encoding="utf-8") as file:
                pid = int(file.readline())
        except (OSError, ValueError):
            return None
        return pid if is_alive(pid) else None

    def backends(self, of="debriefd_"):
        postmaster = self.postmaster()
        found = children(postmaster) if postmaster else []
        return [pid for pid in found if command_line(pid)[:1] and f"postgres: {of}" in command_line(pid)[0]]

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def log_faults(self):
        """What nobody did to it: sanitizers' reports, and children that ended by another signal than a kill."""
        found = re.findall(r"^.*(?:ERROR: \w+Sanitizer|runtime error:).*$", self.log(), re.MULTILINE)
        return found + re.findall(r"^.*child_ended.* signal=(?!0\b|9\b|15\b)\d+.*$", self.log(), re.MULTILINE)

    def stop(self, patience=60):
        """SIGTERM to everything, and the supervisor's exit code."""
        for process in self.others:
            process.terminate()
        for process in self.others:
            process.wait(patience)
        self.others = []
        if self.supervisor is None:
            return 0
        self.supervisor.terminate()
        code = self.supervisor.wait(patience)
        self.supervisor = None
        return code

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and not issubclass(kind, SystemExit):
            sys.stderr.write(f"--- the end of {self.log_path}:\n" + self.log()[-6000:])
        postmaster = self.postmaster()
        for process in [*self.others, self.supervisor]:
            if process is not None and process.poll() is None:
                end(process.pid, signal.SIGCONT)
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(40)
                process.kill()
        if postmaster is not None and is_alive(postmaster):
            end(postmaster, signal.SIGCONT)
            end(postmaster, signal.SIGQUIT)
        if kind is None and self.log_faults():
            raise AssertionError("\n".join(self.log_faults()[:5]))

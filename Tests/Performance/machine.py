"""Processes, ports and readings of the machine, for the bench."""
import contextlib
import pathlib
import signal
import socket
import subprocess
import sys
import time


class Failed(Exception):
    """Something that the bench needs did not work. The text says what, and where to look."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(what, condition, seconds, every=0.05):
    """Waits for a condition. Raises Failed when it does not become true."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(every)


def is_connected(port):
    """Whether the server at that port of 127.0.0.1 still has a connection. proc_net_tcp(5) describes the columns."""
    listening, waiting = "0A", "06"
    rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(row[1] == f"0100007F:{port:04X}" and row[3] not in (listening, waiting) for row in rows)


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False


def run(*arguments, **options):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise Failed(f"{' '.join(str(a) for a in arguments)}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
    return done.stdout


@contextlib.contextmanager
def one_scheduling_group():
    """Has the kernel share out the processors by thread, as it does under a service manager.

    Outside a control group it shares them out by session (sched(7), "The autogroup feature"). Relay and vault have sessions of their
    own, and so has Postfix, while a load generator shares one with whatever the bench started: that alone moved rates by a fifth.
    """
    switch = pathlib.Path("/proc/sys/kernel/sched_autogroup_enabled")
    try:
        former = switch.read_text()
        if former.strip() != "0":
            switch.write_text("0")
    except OSError:
        print("The kernel shares out the processors by session (autogroup), which this user cannot change: rates are lower than "
              "under a service manager.", file=sys.stderr)
        former = None
    try:
        yield
    finally:
        if former is not None:
            switch.write_text(former)


class Server:
    """A program in the foreground, with its output in a file. It is stopped by its process id."""

    started = []

    def __init__(self, arguments, log, environment=None):
        self.log = pathlib.Path(log)
        self.file = open(self.log, "ab")
        self.process = subprocess.Popen([str(a) for a in arguments], stdout=self.file, stderr=self.file, env=environment)
        Server.started.append(self)

    @classmethod
    def stop_all(cls):
        """Stops what an interrupted run has left."""
        for server in reversed(cls.started):
            server.stop(10)

    @property
    def pid(self):
        return self.process.pid

    def wait_for(self, port, seconds=20):
        def ready():
            if self.process.poll() is not None:
                raise Failed(f"{self.process.args[0]} ended: {self.log.read_text()[-1500:]}")
            return answers(port)
        until(f"{self.process.args[0]} answers", ready, seconds)
        return self

    def stop(self, seconds=40):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.file.close()


def children(pid):
    """The process and its descendants."""
    found, parents = [pid], {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    for parent in found:
        found += parents.get(parent, [])
    return found


def resident(pid):
    """MiB of one process, as `ps` shows it: a page that three processes share counts three times."""
    return _rollup(pid, "Rss:")


def proportional(pid):
    """MiB of one process, with each shared page divided among its users, so that sums are right."""
    return _rollup(pid, "Pss:")


def _rollup(pid, name):
    try:
        lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024

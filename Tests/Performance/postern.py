"""Postern in a scratch home, as an operator would run it, except that limits are off and the smarthost is the sink."""
import contextlib
import json
import os
import pathlib
import sqlite3
import subprocess
import time
import urllib.request

from machine import Failed, Server, children, free_port, proportional, resident, until

BINARY = pathlib.Path(os.environ.get("POSTERN", ".build/release/postern")).resolve()
# The program that proves and measures the other one lies beside it.
PROOF = BINARY.with_name("postern-proof")


class Postern:
    def __init__(self, folder, sink_port, recipients=1000, lanes=None, name="home", settings=None):
        self.folder, self.home = folder, folder / name
        self.port, self.staff_port = free_port(), free_port()
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("POSTERN")},
            "POSTERN_LISTEN": f"127.0.0.1:{self.port}", "POSTERN_STAFF_LISTEN": f"127.0.0.1:{self.staff_port}",
            "POSTERN_SMTP_URL": f"smtp://127.0.0.1:{sink_port}", "POSTERN_SMTP_TLS": "off",
            "POSTERN_LIMIT_CLIENT": "off", "POSTERN_LIMIT_RECIPIENT": "off", "POSTERN_LIMIT_GLOBAL": "off",
            # Its letters are alike: they are compared as everywhere else, and none is held.
            "POSTERN_LIMIT_WAVE": "1000000",
            **({"POSTERN_SMTP_LANES": str(lanes)} if lanes else {}), **(settings or {}),
        }
        self.run("init", "--public-url", f"http://127.0.0.1:{self.port}", "--mail-from", "contact@relay.example.org",
                 "--smtp-url", f"smtp://127.0.0.1:{sink_port}", "--site", "photos", "--site-name", "Example Photos")
        self.recipients = recipients
        rows = folder / f"{name}.csv"
        rows.write_text("handle,name,email\n" + "".join(
            f"member{n},Member {n},member{n}@private.example\n" for n in range(recipients)))
        self.run("recipient", "import", rows, "--site", "photos", "--confirmed")
        self.server = None

    def run(self, *arguments, program=BINARY):
        done = subprocess.run([program, *arguments, "--home", self.home], capture_output=True, text=True, env=self.environment)
        if done.returncode != 0:
            raise Failed(f"{program.name} {' '.join(map(str, arguments))}: {done.stdout[-800:]}{done.stderr[-800:]}")
        return done.stdout

    @property
    def is_ready(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=1).status == 200
        except OSError:
            return False

    def start(self):
        """Returns how many seconds the program took to become ready."""
        began = time.monotonic()
        self.server = Server([BINARY, "serve", "--home", self.home], self.folder / "postern.log", self.environment)
        until("Postern is ready", lambda: self.is_ready, 60, every=0.005)
        return time.monotonic() - began

    def stop(self):
        self.server.stop()

    def counts(self):
        return json.loads(self.run("queue", "count", "--json"))

    def drained(self, seconds=120):
        until("Postern has delivered everything", lambda: not self.is_waiting(), seconds, every=0.02)

    def is_waiting(self, due_before=1 << 62):
        """Whether a letter is due before that moment (ms since 1970), or under way.

        Reads the file, as Postfix's queue is read from its folder: a command for each look, in a process of its own, made the
        measured rate a tenth slower.
        """
        with contextlib.closing(sqlite3.connect(f"file:{self.home / 'store/postern.sqlite'}?mode=ro", uri=True)) as store:
            return store.execute(
                "SELECT EXISTS (SELECT 1 FROM delivery WHERE state = 'ready' AND due_at <= ?)"
                " OR EXISTS (SELECT 1 FROM delivery WHERE state = 'leased')", (due_before,)).fetchone()[0] == 1

    def processes(self):
        """Supervisor, relay and vault by name."""
        named = {}
        for pid in children(self.server.pid):
            try:
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if len(words) > 1:
                named[words[1].decode()] = pid
        return named

    def memory(self):
        """MiB: of all three processes with shared pages counted once; and of relay and vault as `ps` adds them up."""
        named = self.processes()
        return (sum(proportional(pid) for pid in named.values()),
                sum(resident(named[name]) for name in ["relay", "vault"]))

    @property
    def bytes_on_disk(self):
        """The store's size. What the write-ahead log still holds counts once it has been checkpointed."""
        return (self.home / "store/postern.sqlite").stat().st_size

"""What a start takes that brings a large store of an earlier program to today's schema: time, and space on the disk.

Usage: POSTERN=…/postern python3 Tests/Performance/migration.py [--schema 5] [--deliveries 1000000] [--folder /var/tmp]

The store is made by the statements of that schema's own migrations, and has one accepted letter, log entry and ended attempt for each
delivery; a tenth of the letters wait.
"""
import argparse
import os
import pathlib
import re
import sqlite3
import tempfile
import threading
import time

from machine import Server, until
from postern import BINARY, Postern

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "Sources/PosternStore/Schema"
#: In their order; one more is added by each migration.
FILES = ["letters", "operations", "nodes", "walls", "reallife", "conversations"]
DAY, HOUR = 86_400_000, 3_600_000


def statements(version):
    """The SQL of the first migrations, as SQLite gets it."""
    for name in FILES[:version]:
        source = (SCHEMA / f"Schema+{name}.swift").read_text()
        for text in re.findall(r'"""\n(.*?)"""', source, re.S):
            lines = text.split("\n")
            indent = len(lines[-1])
            yield "\n".join(line[indent:] for line in lines[:-1]).replace("{blob}", "BLOB").replace("{clustered}", "WITHOUT ROWID")


def rebuild(path, version, deliveries):
    """Puts a store of that schema with so many deliveries in the place of today's, with the same people and sites."""
    older = path.with_name("older")
    store = sqlite3.connect(older, isolation_level=None)
    store.execute("ATTACH ? AS today", (str(path),))
    for pragma in ("page_size", "auto_vacuum", "application_id", "user_version"):
        value = store.execute(f"PRAGMA today.{pragma}").fetchone()[0]
        store.execute(f"PRAGMA main.{pragma} = {value}")
    store.execute("PRAGMA main.journal_mode = WAL")
    store.execute("PRAGMA synchronous = OFF")
    store.execute("BEGIN")
    table = store.execute("SELECT sql FROM today.sqlite_schema WHERE name = 'schema_migration'").fetchone()[0]
    for statement in [table, *statements(version)]:
        store.execute(statement)
    store.execute("INSERT INTO schema_migration SELECT * FROM today.schema_migration WHERE version <= ?", (version,))
    for table in ("site", "recipient"):
        columns = ", ".join(row[1] for row in store.execute(f"PRAGMA main.table_info({table})"))
        store.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM today.{table}")
    people = [row[0] for row in store.execute("SELECT id FROM recipient")]
    now = int(time.time() * 1000)
    for number in range(deliveries):
        # Over the four weeks that letters are kept.
        at = now - 28 * DAY + number * (28 * DAY) // deliveries
        letter, person = at.to_bytes(6, "big") + os.urandom(10), people[number % len(people)]
        epoch, waits = at // DAY, number % 10 == 0
        store.execute(
            "INSERT INTO submission VALUES (?, ?, 'photos', 'member0', ?, 'accept', '', ?, ?, 1500, 0, ?)",
            (letter, at, person, os.urandom(24), os.urandom(120), epoch))
        store.execute("INSERT INTO letter VALUES (?, ?)", (letter, os.urandom(1_700)))
        store.execute(
            "INSERT INTO delivery (id, recipient, kind, epoch, state, attempts, uncertain, accepted_at, due_at, finished_at, "
            "message_token, envelope_token) VALUES (?, ?, 'letter', ?, ?, 1, 0, ?, ?, ?, ?, ?)",
            (letter, person, epoch, "ready" if waits else "delivered", at, now + HOUR if waits else None, None if waits else at,
             os.urandom(13).hex(), os.urandom(13).hex()))
        store.execute(
            "INSERT INTO attempt VALUES (?, 1, ?, ?, ?, ?, 'final-dot', 250, '2.0.0', '250 2.0.0 Ok: queued as 4XyzAbc')",
            (letter, os.urandom(16), at, at, "deferred" if waits else "delivered"))
    store.execute("COMMIT")
    store.execute("DETACH today")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    older.rename(path)
    path.chmod(0o600)


def size(folder):
    total = 0
    for file in folder.iterdir():
        try:
            total += file.stat().st_size
        except FileNotFoundError:
            pass
    return total


class Peak(threading.Thread):
    """The most that the files of a folder have taken."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder, self.most, self.is_over = folder, 0, False

    def run(self):
        while not self.is_over:
            self.most = max(self.most, size(self.folder))
            time.sleep(0.02)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--schema", type=int, default=5)
    options.add_argument("--deliveries", type=int, default=1_000_000)
    options.add_argument("--folder", default=None)
    options = options.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = pathlib.Path(name)
        # Nothing listens at the smarthost's port.
        postern = Postern(folder, 9, recipients=200)
        store = postern.home / "store" / "postern.sqlite"
        owner = store.stat()
        rebuild(store, options.schema, options.deliveries)
        os.chown(store, owner.st_uid, owner.st_gid)
        os.sync()
        before = size(store.parent)
        peak = Peak(store.parent)
        peak.start()
        began = time.monotonic()
        postern.server = Server([BINARY, "serve", "--home", postern.home], folder / "postern.log", postern.environment)
        until("Postern is ready", lambda: postern.is_ready, 1_800, every=0.02)
        took = time.monotonic() - began
        peak.is_over = True
        peak.join()
        postern.stop()
        said = [line for line in (folder / "postern.log").read_text().splitlines() if "schema" in line]
        with sqlite3.connect(store) as now:
            rows = now.execute("SELECT (SELECT COUNT(*) FROM delivery), (SELECT COUNT(*) FROM attempt), "
                               "(SELECT MAX(version) FROM schema_migration)").fetchone()
        assert rows[:2] == (options.deliveries, options.deliveries), rows
        print(f"schema {options.schema} to {rows[2]}, {options.deliveries:,} deliveries: ready after {took:.1f} s")
        print(f"store {before / 1e9:.2f} GB before, {size(store.parent) / 1e9:.2f} GB after, {peak.most / 1e9:.2f} GB at most")
        print("\n".join(said))


if __name__ == "__main__":
    main()

"""Edits the store of a running service, as anyone could who can write to the file: rows.py STORE TASK [SQL on standard input].

snapshot   keeps the rows of the tables that are named (people and sites, if none is) beside the store
put-back   puts them back
restore    puts them back, and drops what still waits
columns    prints table.column for every column of the tables that are named
edit       runs the statements of standard input in one transaction
ask        prints the rows that the query of standard input finds
waiting    prints how many deliveries are ready or leased
former     authorises people as the version before the walls did, with the key file of a further argument, and sites not at all
"""

import base64
import hashlib
import hmac
import sqlite3
import struct
import sys

path, task = sys.argv[1:3]
tables = sys.argv[3:] or ["recipient", "site"]
store = sqlite3.connect(path, timeout=20, isolation_level=None)
store.execute("ATTACH ? AS kept", (path + ".kept",))


def columns(table):
    return [row[1] for row in store.execute(f"PRAGMA table_info({table})")]


if task == "snapshot":
    for table in tables:
        store.execute(f"DROP TABLE IF EXISTS kept.{table}")
        store.execute(f"CREATE TABLE kept.{table} AS SELECT * FROM main.{table}")
elif task in ("put-back", "restore"):
    store.execute("BEGIN IMMEDIATE")
    for table in tables:
        store.execute(f"DELETE FROM main.{table}")
        store.execute(f"INSERT INTO main.{table} SELECT * FROM kept.{table}")
    if task == "restore":
        store.execute(
            "UPDATE delivery SET state = 'dropped', due_at = NULL, lease = NULL, lease_until = NULL, finished_at = 1 "
            "WHERE state IN ('held', 'ready')")
    store.execute("COMMIT")
elif task == "columns":
    for table in tables:
        for name in columns(table):
            print(f"{table}.{name}")
elif task == "edit":
    store.execute("BEGIN IMMEDIATE")
    for statement in sys.stdin.read().split(";"):
        if statement.strip():
            store.execute(statement)
    store.execute("COMMIT")
elif task == "ask":
    for row in store.execute(sys.stdin.read()):
        print(*row, sep="|")
elif task == "former":
    with open(sys.argv[3]) as file:
        fields = dict(line.strip().split(": ", 1) for line in file if ": " in line)

    def part(text):
        data = text.encode() if isinstance(text, str) else text
        return struct.pack(">I", len(data)) + data

    people = store.execute("SELECT id, site, handle, record_version, seal FROM recipient").fetchall()
    for person, site, handle, version, seal in people:
        covered = part("postern word v1") + part("confirmed") + part(site) + part(handle) + person
        covered += struct.pack(">i", version) + part(seal)
        code = hmac.new(base64.b64decode(fields["secret"]), covered, hashlib.sha256).digest()
        store.execute("UPDATE recipient SET authorisation = ? WHERE id = ?", (code, person))
    store.execute("UPDATE site SET authorisation = NULL, authorisation_version = NULL")
elif task == "waiting":
    print(store.execute("SELECT COUNT(*) FROM delivery WHERE state IN ('ready', 'leased')").fetchone()[0])

"""Letters through a server that misbehaves at random, and an account of every one.

Usage: POSTERN=.build/release/postern python3 Tests/Hostile/chaos.py [--letters 10000] [--seed 1] [--minutes 60]
Ends with 0 if each accepted letter was delivered, failed for its recipient's sake, or is held with a reason. One that was delivered has
been taken once, and once more for each time that the server took it without a word: twice at most, since the third such end holds it.
All copies are byte for byte the same, under one Message-ID.
"""
import argparse
import collections
import concurrent.futures
import contextlib
import dataclasses
import functools
import http.client
import json
import pathlib
import shutil
import sqlite3
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Performance"))
from machine import Failed, Server  # noqa: E402
from postern import Postern  # noqa: E402
from smtpchaos import (  # noqa: E402
    AWAY, ENOUGH, EVER_SILENT, FAULTS, PASSWORD, REFUSED, TOO_MANY, TWICE_SILENT, USER, ChaosServer, is_gone)

RECIPIENTS = 200
CLIENTS = 8
# This silent end holds a letter: `RetrySchedule.mostUncertainEnds`.
LAST_SILENT_END = 3
FATES = ["once", "twice", "three times", "failed", "held"]


@dataclasses.dataclass
class Letter:
    sender: str
    handle: str
    state: str
    attempts: int
    reason: str


class Account:
    """What became of the letters, by the store and by the server."""

    def __init__(self, accepted, letters, server, counts, difference):
        self.accepted, self.letters, self.server, self.counts = accepted, letters, server, counts
        self.copies = {sender: copies for sender, copies in server.copies.items() if copies}
        self.faults = list(self.find_faults(difference))

    def fate(self, letter):
        if letter.state != "delivered":
            return letter.state
        return {1: "once", 2: "twice", 3: "three times"}.get(len(self.copies.get(letter.sender, [])), "wrong")

    def find_faults(self, difference):
        known = {letter.sender: letter for letter in self.letters}
        if len(self.letters) != self.accepted:
            yield f"{self.accepted} letters were accepted, and {len(self.letters)} are in the store"
        if difference != 0:
            yield f"accepted letters are not the sum of all states: {self.counts}, difference {difference}"
        for letter in self.letters:
            copies = self.copies.get(letter.sender, [])
            name = f"letter {letter.sender} to {letter.handle}, {letter.state} after {letter.attempts} attempts"
            if sum(copy.is_confirmed for copy in copies) > 1:
                yield f"{name}: sent again after a 250"
            silent = self.server.silent_ends[letter.sender]
            if silent > LAST_SILENT_END:
                yield f"{name}: sent again after its {silent - 1}. silent end"
            if silent == LAST_SILENT_END and letter.state != "held":
                yield f"{name}: not held after its {silent}. silent end"
            if len(copies) > 1 + silent:
                yield f"{name}: {len(copies)} copies, and {silent} silent ends"
            if len({(copy.digest, copy.message_id) for copy in copies}) > 1:
                yield f"{name}: its copies differ"
            if any(copy.is_confirmed for copy in copies) and letter.state != "delivered":
                yield f"{name}: the server said 250"
            if letter.state == "delivered" and not any(copy.is_confirmed for copy in copies):
                yield f"{name}: LOST, the server never said 250"
            if letter.state == "failed" and not is_gone(f"{letter.handle}@"):
                yield f"{name}: failed, and not for its recipient's sake: {letter.reason}"
            if letter.state == "held" and not letter.reason:
                yield f"{name}: held without a reason"
            if letter.state not in ("delivered", "failed", "held"):
                yield f"{name}: it came to no end"
        for sender in self.copies.keys() - known.keys():
            yield f"the server has a letter of {sender}, which nobody posted"
        if self.server.in_the_clear:
            yield f"said in the clear: {collections.Counter(self.server.in_the_clear)}"

    def table(self):
        """Rows: misbehaviour, times, letters that met it, and what became of these."""
        fates = {letter.sender: self.fate(letter) for letter in self.letters}
        names = [AWAY, TOO_MANY, ENOUGH, REFUSED, TWICE_SILENT, EVER_SILENT] + [fault.name for faults in FAULTS.values() for fault in faults]
        yield ["misbehaviour", "times", "letters", *FATES]
        for name in names:
            met = self.server.met.get(name, set())
            ends = collections.Counter(fates.get(sender, "unknown") for sender in met)
            columns = [f"{ends[end]:,}" if met else "–" for end in FATES]
            yield [name, f"{self.server.times[name]:,}", f"{len(met):,}" if met else "–"] + columns
        ends = collections.Counter(fates.values())
        yield ["all letters", f"{sum(self.server.times.values()):,}", f"{len(self.letters):,}"] + [
            f"{ends[end]:,}" for end in FATES]

    def reasons(self):
        return collections.Counter(letter.reason[:110] for letter in self.letters if letter.state == "held")


def run(folder, count, seed=1, minutes=60, percent=100, say=print):
    """Posts the letters, tries them again until each has come to an end, and accounts for them."""
    server = ChaosServer(folder, seed, percent)
    password = folder / "password"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o400)
    postern = Postern(folder, server.port, RECIPIENTS, settings={
        "POSTERN_SMTP_URL": f"smtp://localhost:{server.port}", "POSTERN_SMTP_TLS": "required", "POSTERN_SMTP_USER": USER,
        "POSTERN_SMTP_PASSWORD_FILE": str(password), "POSTERN_SMTP_CA_FILE": str(server.authority), "POSTERN_SMTP_LANES": "8"})
    postern.start()
    try:
        accepted = post(postern, count)
        say(f"{accepted:,} letters are accepted, {sum(postern.counts().values()):,} in the queue")
        settle(postern, server, minutes, say)
        counts = postern.counts()
        letters = read(postern)
        text = postern.run("queue", "count")
        in_all = next(int(line.split()[-1].replace(",", "")) for line in text.splitlines() if line.startswith("accepted in all"))
        return Account(accepted, letters, server, counts, in_all - sum(counts.values()))
    finally:
        postern.stop()
        server.stop()


def post(postern, count):
    """Returns how many were answered 202. Each is posted once: one that is refused is no promise."""
    def client(first):
        taken = 0
        connection = http.client.HTTPConnection("127.0.0.1", postern.port, timeout=60)
        for number in range(first, count, CLIENTS):
            body = json.dumps({
                "name": "Vera Visitor", "email": "vera@visitor.example", "subject": f"chaos-{number}",
                "message": f"Letter {number}. " + "I like your photo, and would like to know where you took it. " * (number % 40)})
            connection.request(
                "POST", f"/api/v1/sites/photos/recipients/member{number % RECIPIENTS}/letters", body,
                {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            taken += answer.status == 202
        connection.close()
        return taken

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(client, range(CLIENTS)))


def settle(postern, server, minutes, say):
    """An operator who is impatient: everything that waits is tried again, every second."""
    end, told = time.monotonic() + minutes * 60, 0
    while True:
        counts = postern.counts()
        waiting = counts.get("ready", 0) + counts.get("leased", 0)
        if waiting == 0:
            return
        if time.monotonic() > end:
            raise Failed(f"{waiting} letters still wait after {minutes} minutes: {counts}")
        if time.monotonic() > told + 30:
            told = time.monotonic()
            say(f"  {waiting:,} wait; {sum(server.times.values()):,} misbehaviours so far, {server.peak} connections at most")
        if counts.get("ready", 0):
            postern.run("queue", "retry", "--all")
        time.sleep(1)


def read(postern):
    with contextlib.closing(sqlite3.connect(f"file:{postern.home / 'store/postern.sqlite'}?mode=ro", uri=True)) as store:
        rows = store.execute(
            "SELECT delivery.envelope_token, recipient.handle, delivery.state, delivery.attempts, delivery.reason"
            " FROM delivery JOIN recipient ON recipient.id = delivery.recipient WHERE delivery.kind = 'letter'").fetchall()
    return [Letter(f"{token}@relay.example.org", handle, state, attempts, reason or "")
            for token, handle, state, attempts, reason in rows]


def show(account):
    rows = list(account.table())
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  " + row[0].ljust(widths[0]) + "".join("  " + cell.rjust(width) for cell, width in zip(row[1:], widths[1:])))
    for reason, times in account.reasons().most_common():
        print(f"  held, {times}: {reason}")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--letters", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--minutes", type=float, default=60)
    given = options.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-chaos-"))
    folder.chmod(0o755)
    try:
        account = run(folder, given.letters, given.seed, given.minutes, say=functools.partial(print, flush=True))
    except Failed as failure:
        print(f"{failure}\nEverything is kept in {folder}.")
        return 1
    finally:
        Server.stop_all()
    show(account)
    for fault in account.faults[:40]:
        print(f"  FAULT: {fault}")
    if account.faults:
        print(f"{len(account.faults)} faults. Everything is kept in {folder}.")
        return 1
    shutil.rmtree(folder)
    print(f"{account.accepted:,} letters: each was delivered, again only after a silent end, failed for its recipient's sake, or is held "
          "with a reason.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

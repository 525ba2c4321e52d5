"""S7: what a store that has grown does to the rates. Both stores stand in one run and are measured in turn."""
import json
import sys
import time

from load import wrk
from machine import until
from postern import Postern
from table import Series

#: As REQUIREMENTS asks: recipients, letters that wait, entries of the log.
FULL = (1_000_000, 1_000_000, 10_000_000)
#: Letters that fill a store wait for hours yet; what is due sooner is ours.
SOON = 3_600_000
#: Who get letters here. A store that has more is no new one, and is not filled.
RECIPIENTS = 200


class Store:
    """An installation that is served again and again, and the rates that were seen with it."""

    def __init__(self, name, folder, sink_port, lanes):
        self.postern = Postern(folder, sink_port, recipients=RECIPIENTS, name=name, lanes=lanes)
        self.through, self.accept, self.start = Series("/s"), Series("/s"), Series("ms")

    def fill(self, size):
        recipients, queued, log = map(str, size)
        return json.loads(
            self.postern.run("bench", "fill", "--recipients", recipients, "--queued", queued, "--log", log, "--json"))

    def measure_through(self, seconds):
        """From the first letter posted until the outcome of the last one is committed."""
        self.start.add(self.postern.start() * 1000)
        began = time.monotonic()
        letters = wrk(self.postern.port, seconds, recipients=self.postern.recipients)["requests"]
        soon = int(time.time() * 1000) + SOON
        until("everything is delivered", lambda: not self.postern.is_waiting(due_before=soon), 300, every=0.02)
        self.through.add(letters / (time.monotonic() - began))
        self.postern.stop()

    def measure_accept(self, seconds):
        """Nobody listens at the smarthost's port: what is accepted waits."""
        self.postern.environment["POSTERN_SMTP_URL"] = "smtp://127.0.0.1:9"
        self.postern.start()
        self.accept.add(wrk(self.postern.port, seconds, recipients=self.postern.recipients)["rate"])
        self.postern.stop()


def measure(folder, sink_port, options, lanes):
    """Returns the empty store, the grown one and what filling it came to."""
    empty, grown = (Store(name, folder, sink_port, lanes) for name in ["empty", "grown"])
    print("filling a store (some minutes) …", file=sys.stderr, flush=True)
    filled = grown.fill(options.size)
    # Letters that were accepted while nobody took them would be delivered with the next ones: so this comes last.
    for measurement in [Store.measure_through, Store.measure_accept]:
        for number in range(options.runs):
            print(f"run {number + 1} of {options.runs} …", file=sys.stderr, flush=True)
            # In turn, and each second time the other way round: whoever comes later finds the disk busier.
            for store in [empty, grown] if number % 2 == 0 else [grown, empty]:
                measurement(store, options.seconds)
    return empty, grown, filled


def rows(empty, grown, filled, size):
    recipients, queued, log = size
    ratio = lambda name: f"{getattr(grown, name).median / getattr(empty, name).median:.2f} × the empty store's"
    return [
        ("filled with", f"{recipients:,} recipients, {queued:,} waiting letters, {log:,} entries",
         f"{filled['bytes'] / 1e9:.1f} GB in {filled['seconds']:.0f} s"),
        ("accepts, empty store", empty.accept, ""),
        ("accepts, grown store", grown.accept, ratio("accept")),
        ("accepted → 250 → outcome committed, empty store", empty.through, ""),
        ("accepted → 250 → outcome committed, grown store", grown.through, ratio("through")),
        ("start until ready, empty store", empty.start, ""),
        ("start until ready, grown store", grown.start, ""),
    ]

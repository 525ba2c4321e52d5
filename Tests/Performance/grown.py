"""What a store that has grown does to the rates (requirement S7). Both stores are measured in one run, in turn."""
import json
import sys
import time

from load import wrk
from machine import until
from postern import PROOF, Postern
from table import Series

#: What the requirement asks for: recipients, waiting letters, log entries. The rates must stay above SHARE of an empty store's.
FULL = (1_000_000, 1_000_000, 10_000_000)
SHARE = 0.8
#: Letters that fill a store wait for hours; what is due sooner (in ms) is ours.
SOON = 3_600_000
#: How many get letters here. A store with more counts as used, and is not filled.
RECIPIENTS = 200


class Store:
    """An installation that is started again and again, and the rates measured with it."""

    def __init__(self, name, folder, sink_port, lanes):
        self.postern = Postern(folder, sink_port, recipients=RECIPIENTS, name=name, lanes=lanes)
        self.through, self.accept, self.start = Series("/s"), Series("/s"), Series("ms")

    def fill(self, size):
        recipients, queued, log = map(str, size)
        return json.loads(
            self.postern.run("fill", "--recipients", recipients, "--queued", queued, "--log", log, "--json", program=PROOF))

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
        """Nothing listens at the smarthost's port: what is accepted waits."""
        self.postern.environment["POSTERN_SMTP_URL"] = "smtp://127.0.0.1:9"
        self.postern.start()
        self.accept.add(wrk(self.postern.port, seconds, recipients=self.postern.recipients)["rate"])
        self.postern.stop()


def measure(folder, sink_port, options, lanes):
    """Returns the empty store, the grown one and the report of filling it."""
    empty, grown = (Store(name, folder, sink_port, lanes) for name in ["empty", "grown"])
    print("filling a store (some minutes) …", file=sys.stderr, flush=True)
    filled = grown.fill(options.size)
    # Letters accepted without a smarthost would be delivered with later ones, so this measurement comes last.
    for measurement in [Store.measure_through, Store.measure_accept]:
        for number in range(options.runs):
            print(f"run {number + 1} of {options.runs} …", file=sys.stderr, flush=True)
            # In turn, and every second time in the other order: the later one finds the disk busier.
            for store in [empty, grown] if number % 2 == 0 else [grown, empty]:
                measurement(store, options.seconds)
    return empty, grown, filled


def rows(empty, grown, filled, size):
    recipients, queued, log = size
    ratio = lambda name: f"{getattr(grown, name).median / getattr(empty, name).median:.2f} × the empty store's (limit: {SHARE} ×)"
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

"""Measures Postern beside Postfix and the usual PHP form: all on this machine, in one run, in turn.

Usage: deploy/bench [--runs 5] [--seconds 6] [--quick] [--grown]
"""
import argparse
import os
import pathlib
import shutil
import sqlite3
import sys
import tempfile
import time

import ceilings
import grown
import limits
import walls
from load import single_letters, wrk
from machine import Failed, Server, one_scheduling_group
from php import PHPForm
from postern import Postern
from postfix import Postfix, smtp_source
from sink import NotingSink, smtp_sink
from table import Series, percentile, show

LANES = 32


def rate(unit="/s"):
    return Series(unit)


class Figures:
    def __init__(self):
        self.postfix_accept, self.postfix_through = rate(), rate()
        self.php, self.php_p50 = rate(), Series("ms", 1)
        self.accept, self.keyed, self.through, self.through_default = rate(), rate(), rate(), rate()
        self.busy, self.delivering = rate(), rate()
        self.half, self.p50, self.p99 = rate(), Series("ms", 1), Series("ms", 1)
        self.idle, self.loaded = Series("MiB"), Series("MiB")
        self.idle_apart, self.loaded_apart = Series("MiB"), Series("MiB")
        self.start = Series("ms")
        self.bytes = Series("KiB", 1)
        self.http, self.sink, self.store = rate(), rate(), rate()
        self.generator = Series("%")
        self.accepted_cost, self.refused_cost = Series("µs", 1), Series("µs", 1)
        self.alone, self.beside_posts, self.beside_silence = Series("ms", 1), Series("ms", 1), Series("ms", 1)
        self.unanswered = 0
        self.refused, self.broken = 0, 0

    def note(self, result):
        """Counts posts to Postern that did not end in 202."""
        self.refused += result["refused"]
        self.broken += result["broken"]
        return result


def accept_rates(folder, sink_port, options, figures, number):
    """Rates and latency of accepting, memory, time to start. The smarthost is away, so accepted letters wait."""
    postern = Postern(folder, sink_port, name=f"accept{number}", lanes=LANES)
    figures.start.add(postern.start() * 1000)
    time.sleep(2)
    for series, value in zip([figures.idle, figures.idle_apart], postern.memory()):
        series.add(value)
    before = os.times()
    result = figures.note(wrk(postern.port, options.seconds, recipients=postern.recipients))
    after = os.times()
    figures.accept.add(result["rate"])
    figures.generator.add((after.children_user + after.children_system - before.children_user - before.children_system)
                          / result["seconds"] * 100)
    figures.keyed.add(figures.note(wrk(postern.port, options.seconds, recipients=postern.recipients, key=True))["rate"])
    # 64 connections that pause: half of the rate just measured.
    pause = round(64 / (result["rate"] / 2) * 1000)
    half = figures.note(wrk(postern.port, options.seconds, recipients=postern.recipients, pause=pause))
    figures.half.add(half["rate"])
    figures.p50.add(half["p50ms"])
    figures.p99.add(half["p99ms"])
    postern.stop()


def through_rate(folder, sink_port, options, series, name, lanes=None, figures=None):
    """From the first letter posted until the outcome of the last one is committed."""
    postern = Postern(folder, sink_port, name=name, lanes=lanes)
    postern.start()
    empty = postern.bytes_on_disk
    began = time.monotonic()
    taken = wrk(postern.port, options.seconds, recipients=postern.recipients)
    letters = taken["requests"]
    posted, waiting = time.monotonic(), postern.counts()
    loaded = postern.memory()
    postern.drained(300)
    ended = time.monotonic()
    counts = postern.counts()
    if counts["delivered"] < letters:
        raise Failed(f"{letters} letters were accepted and {counts['delivered']} delivered")
    series.add(counts["delivered"] / (ended - began))
    if figures:
        figures.busy.add(taken["rate"])
        figures.delivering.add((waiting["ready"] + waiting["leased"]) / (ended - posted))
        figures.loaded.add(loaded[0])
        figures.loaded_apart.add(loaded[1])
    postern.stop()
    if figures:
        figures.bytes.add((postern.bytes_on_disk - empty) / counts["delivered"] / 1024)
    shutil.rmtree(postern.home)


def postfix_rates(folder, sink_port, options, figures, number):
    """One session a connection, like the letters to Postern. Each run begins with an empty queue."""
    place = folder / f"run{number}"
    place.mkdir()
    postfix = Postfix(place, sink_port)
    smtp_source(postfix.port, 200)
    postfix.drained()
    began = time.monotonic()
    smtp_source(postfix.port, options.mails)
    accepted = time.monotonic()
    postfix.drained()
    figures.postfix_accept.add(options.mails / (accepted - began))
    figures.postfix_through.add(options.mails / (time.monotonic() - began))
    postfix.stop()
    shutil.rmtree(place)


def php_rate(folder, sink_port, options, figures, number):
    place = folder / f"form{number}"
    place.mkdir()
    form = PHPForm(place, sink_port)
    result = wrk(form.port, options.seconds, connections=16, kind="form")
    figures.php.add(result["rate"])
    figures.php_p50.add(result["p50ms"])
    form.stop()
    shutil.rmtree(place)


def first_attempts(folder, figures):
    sink = NotingSink()
    postern = Postern(folder, sink.port, name="single", recipients=100)
    postern.start()
    single_letters(postern, sink, 20)
    waits = single_letters(postern, sink)
    postern.stop()
    sink.stop()
    return percentile(waits, 0.5), percentile(waits, 0.99)


def measure(folder, options):
    figures = Figures()
    sink, sink_port = smtp_sink(folder)
    for number in range(options.runs):
        print(f"run {number + 1} of {options.runs} …", file=sys.stderr, flush=True)
        postfix_rates(folder, sink_port, options, figures, number)
        # Nothing listens on port 9: what is accepted waits.
        accept_rates(folder, 9, options, figures, number)
        shutil.rmtree(folder / f"accept{number}")
        through_rate(folder, sink_port, options, figures.through, f"through{number}", LANES, figures)
        through_rate(folder, sink_port, options, figures.through_default, f"default{number}")
        php_rate(folder, sink_port, options, figures, number)
        ceilings.measure(folder, sink_port, options, figures)
        walls.measure(folder, sink_port, options, figures)
    sink.stop()
    return figures, first_attempts(folder, figures)


def report(figures, attempts, options):
    ratio = lambda ours, theirs: f"{ours.median / theirs.median:.1f} × "
    show(f"Accepting and delivering, {os.cpu_count()} cores, median of {options.runs} runs (lowest – highest)", [
        ("Postern accepts, JSON of 1.5 KB, 64 connections", figures.accept,
         ratio(figures.accept, figures.postfix_accept) + "Postfix"),
        ("  the same, each with an Idempotency-Key", figures.keyed, ratio(figures.keyed, figures.postfix_accept) + "Postfix"),
        ("  the same while it delivers what it accepts", figures.busy, ratio(figures.busy, figures.postfix_accept) + "Postfix"),
        ("Postfix accepts, 2,000 bytes, 32 sessions, delivering meanwhile", figures.postfix_accept, ""),
        ("PHP form: row, mail sent inside the request", figures.php, f"p50 {figures.php_p50}"),
        (f"Postern, accepted → 250 → outcome committed, {LANES} lanes", figures.through,
         ratio(figures.through, figures.postfix_through) + "Postfix"),
        ("  the same with 8 lanes, the default", figures.through_default,
         ratio(figures.through_default, figures.postfix_through) + "Postfix"),
        ("  delivering alone, nothing coming in", figures.delivering, ""),
        ("Postfix, accepted → 250 → off the queue", figures.postfix_through, ""),
    ])
    show("What it costs", [
        ("latency of accepting at half the rate", f"p50 {figures.p50}", f"p99 {figures.p99}"),
        ("202 → the attempt begins, idle system", f"p50 {attempts[0]:.1f} ms", f"p99 {attempts[1]:.1f} ms"),
        ("memory, idle: all processes, shared pages counted once", figures.idle, f"relay and vault as ps adds them: {figures.idle_apart}"),
        ("memory, under load", figures.loaded, f"relay and vault as ps adds them: {figures.loaded_apart}"),
        ("posts that did not end in 202", f"{figures.refused} refused", f"{figures.broken} broken off"),
        ("start until ready, empty store", figures.start, ""),
        ("bytes on disk per delivered letter, log included", figures.bytes, ""),
    ])
    show("Ceilings", [
        ("bare HTTP post on the same framework", figures.http, "nothing sealed, nothing stored"),
        ("the store alone, the same rows", figures.store, "no HTTP, nothing sealed"),
        ("smtp-source straight to smtp-sink", figures.sink, "the SMTP side"),
        ("the load generator's share of one core", figures.generator, "while Postern accepts"),
    ])
    show("Walls", walls.rows(figures))
    show("Limits: what is asked, what this run showed", limit_rows(figures, attempts))


def limit_rows(figures, attempts):
    """The limits that Tests/README.md lists, each beside what this run showed."""
    postfix = figures.postfix_accept.median
    through = figures.postfix_through.median
    return [
        limits.at_least("S1", "accepting, times Postfix", figures.accept.median / postfix, 5),
        limits.at_least("S2", "delivering, times Postfix", figures.through.median / through, 2.5),
        limits.at_most("S3", "latency of accepting at half the rate, p50, ms", figures.p50.median, 5),
        limits.at_most("S3", "  p99, ms", figures.p99.median, 25),
        limits.at_most("S4", "202 → the attempt begins, p50, ms", attempts[0], 20),
        limits.at_most("S4", "  p99, ms", attempts[1], 100),
        limits.at_most("S5", "memory of relay and vault, idle, MiB", figures.idle_apart.median, 64),
        limits.at_most("S5", "  under load, MiB", figures.loaded_apart.median, 200),
        limits.at_most("S6", "start until ready, ms", figures.start.median, 500),
        limits.at_most("S8", "bytes on disk per delivered letter, KiB", figures.bytes.median, 6),
        *walls.limit_rows(figures),
    ]


def measure_grown(folder, options):
    sink, sink_port = smtp_sink(folder)
    measured = grown.measure(folder, sink_port, options, LANES)
    sink.stop()
    return measured


def main():
    parser = argparse.ArgumentParser(prog="deploy/bench")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=6, help="how long each measurement takes")
    parser.add_argument("--mails", type=int, default=4000, help="how many go through Postfix in each run")
    parser.add_argument("--quick", action="store_true", help="one run of two seconds each: shows whether it works, not how fast it is")
    parser.add_argument("--grown", action="store_true", help="instead: a store that has grown, beside an empty one")
    options = parser.parse_args()
    options.size = grown.FULL
    if options.quick:
        options.runs, options.seconds, options.mails = 1, 2, 500
        options.size = tuple(number // 100 for number in grown.FULL)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-bench-"))
    # The users of Postfix and PHP must be able to reach their folders.
    folder.chmod(0o755)
    try:
        with one_scheduling_group():
            measured = measure_grown(folder, options) if options.grown else measure(folder, options)
    except (Failed, OSError, sqlite3.Error) as failure:
        # Half a table is never printed.
        print(f"The bench could not be completed: {failure}\nThe servers' output is in {folder}.", file=sys.stderr)
        return 69
    finally:
        Server.stop_all()
    if options.grown:
        show(f"A store that has grown, median of {options.runs} runs (lowest – highest)", grown.rows(*measured, options.size))
    else:
        report(*measured, options)
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What floods cost, and what honest visitors notice of them (requirements Z4 and Z5)."""
import http.client
import json
import pathlib
import shutil
import subprocess
import sys
import time

import limits
from load import SCRIPT, wrk
from machine import Failed
from postern import Postern
from table import percentile

LETTER = json.dumps({"name": "Vera Visitor", "email": "vera@visitor.example", "message": "I like the photo of the harbour."})
ON = {"POSTERN_LIMIT_CLIENT": "3,5/1h,20/1d", "POSTERN_TRUSTED_PROXIES": "127.9.0.1/32"}


def processor(pid):
    """Seconds of processor time that a process has used so far; proc(5), fields 14 and 15."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


class Honest:
    """Visitors who each read the page, on a connection of their own, and write one letter, each from a network of their own."""

    def __init__(self, postern):
        self.postern, self.number = postern, 0
        self.failed = []

    def visit(self):
        self.number += 1
        address = f"127.{100 + self.number // 62_500}.{self.number // 250 % 250}.{self.number % 250 + 1}"
        began = time.monotonic()
        try:
            for method, path, body in [("GET", "/c/photos/member1", None),
                                       ("POST", f"/api/v1/sites/photos/recipients/member{self.number % 1000}/letters", LETTER)]:
                connection = http.client.HTTPConnection("127.0.0.1", self.postern.port, timeout=30, source_address=(address, 0))
                connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
                response = connection.getresponse()
                response.read()
                connection.close()
                if response.status not in (200, 202):
                    self.failed.append(response.status)
        except OSError as error:
            self.failed.append(repr(error))
        return (time.monotonic() - began) * 1000 / 2

    def visits(self, seconds):
        """How long one request took, in ms, in rising order."""
        found, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            found.append(self.visit())
            time.sleep(0.005)
        return sorted(found)


def flood(port, seconds):
    """Posts from one address as fast as it gets answers. Returns how many tries that were, answered or not."""
    done = subprocess.run(
        ["wrk", "-t", "1", "-c", "64", "-d", f"{seconds}s", "--timeout", "5s", "-s", SCRIPT, f"http://127.0.0.1:{port}", "--",
         "json", "1000", "0", "no-key"], capture_output=True, text=True)
    line = next((l for l in done.stdout.splitlines() if l.startswith("RESULT ")), None)
    if line is None:
        raise Failed(f"wrk: {done.stdout[-500:]}{done.stderr[-500:]}")
    result = json.loads(line[7:])
    return result["requests"] + result["broken"]


def costs(folder, sink_port, seconds, figures):
    """Processor time of the relay for a letter that is accepted, and for a post that is over the limit."""
    postern = Postern(folder, sink_port, name="accepting")
    postern.start()
    pid = postern.processes()["relay"]
    before = processor(pid)
    accepted = wrk(postern.port, seconds, recipients=postern.recipients)["requests"]
    figures.accepted_cost.add((processor(pid) - before) / accepted * 1e6)
    postern.stop()
    shutil.rmtree(postern.home)

    postern = Postern(folder, sink_port, name="refusing", settings=ON)
    postern.start()
    pid = postern.processes()["relay"]
    flood(postern.port, 1)
    before = processor(pid)
    tries = flood(postern.port, seconds)
    figures.refused_cost.add((processor(pid) - before) / max(tries, 1) * 1e6)
    postern.stop()
    shutil.rmtree(postern.home)


def beside(command, honest, seconds, is_ready=None):
    """The honest visits while something else runs."""
    other = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        if is_ready:
            is_ready(other)
        return honest.visits(seconds)
    finally:
        other.terminate()
        other.wait(30)


def measure(folder, sink_port, options, figures):
    seconds = max(2, options.seconds)
    costs(folder, sink_port, seconds, figures)
    postern = Postern(folder, sink_port, name="walls", settings=ON)
    postern.start()
    honest = Honest(postern)
    figures.alone.add(percentile(honest.visits(seconds), 0.99))
    posts = ["wrk", "-t", "1", "-c", "64", "-d", f"{seconds + 2}s", "--timeout", "5s", "-s", SCRIPT,
             f"http://127.0.0.1:{postern.port}", "--", "json", "1000", "0", "no-key"]
    figures.beside_posts.add(percentile(beside(posts, honest, seconds), 0.99))
    crowd = [sys.executable, pathlib.Path(__file__).parent / "crowd.py", str(postern.port), "1000"]
    ready = lambda other: other.stdout.readline()
    figures.beside_silence.add(percentile(beside(crowd, honest, seconds, ready), 0.99))
    figures.beside_silence.add(percentile(beside(crowd + ["--ipv6"], honest, seconds, ready), 0.99))
    figures.unanswered += len(honest.failed)
    postern.stop()
    shutil.rmtree(postern.home)


def rows(figures):
    return [
        ("processor time of an accepted letter, relay", figures.accepted_cost, ""),
        ("  of a post over the limit", figures.refused_cost, ""),
        ("honest request alone, p99", figures.alone, ""),
        ("  beside posts over the limit, 64 connections of one address", figures.beside_posts, ""),
        ("  beside silent connections from 1,000 networks, IPv4 and IPv6", figures.beside_silence, ""),
        ("honest requests that were not answered as alone", figures.unanswered, ""),
    ]


def limit_rows(figures):
    return [
        limits.at_most("Z4", "a post over the limit, share of an accepted one's processor time",
                       figures.refused_cost.median / figures.accepted_cost.median, 0.1),
        limits.at_most("Z4", "honest p99 beside posts over the limit, times alone",
                       figures.beside_posts.median / figures.alone.median, 3),
        limits.at_most("Z5", "honest p99 beside silent connections, ms", max(figures.beside_silence.values), 250),
        limits.at_most("Z5", "honest requests not answered", figures.unanswered, 0),
    ]

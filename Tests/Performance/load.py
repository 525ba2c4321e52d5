"""wrk, and single letters at a slow pace."""
import json
import pathlib
import random
import subprocess
import time
import urllib.request

from machine import Failed, is_connected, until

SCRIPT = pathlib.Path(__file__).parent / "letters.lua"


def wrk(port, seconds, connections=64, kind="json", recipients=1, pause=0, key=False):
    """Drives one server. Returns requests per second and the latencies that wrk measured, in ms.

    With a pause, each connection waits between 0 and twice that many milliseconds after an answer: a steady load below what
    the server could handle.
    """
    # One address may have 96 connections to Postern; those of an earlier run count until the server has closed them.
    until(f"the connections to port {port} are closed", lambda: not is_connected(port), 10, every=0.005)
    done = subprocess.run(
        ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "20s", "-s", SCRIPT,
         f"http://127.0.0.1:{port}", "--", kind, str(recipients), str(pause), "key" if key else "no-key"],
        capture_output=True, text=True)
    line = next((l for l in done.stdout.splitlines() if l.startswith("RESULT ")), None)
    if line is None:
        raise Failed(f"wrk: {done.stdout[-500:]}{done.stderr[-500:]}")
    result = json.loads(line[7:])
    # A handful is a figure for the table. With more, something else was measured than was meant.
    if result["refused"] + result["broken"] > result["requests"] / 1000:
        raise Failed(f"of {result['requests']} requests on port {port} {result['refused']} were refused and "
                     f"{result['broken']} broke off")
    result["rate"] = result["requests"] / result["seconds"]
    return result


def single_letters(postern, sink, count=200):
    """Posts letters one by one with pauses. Returns how many ms after its 202 the attempt of each began."""
    waits = []
    for number in range(count):
        subject = f"single-{number}"
        body = json.dumps({"name": "Vera", "email": "vera@visitor.example", "subject": subject, "message": "Hello. " * 200})
        request = urllib.request.Request(
            f"http://127.0.0.1:{postern.port}/api/v1/sites/photos/recipients/member{number % postern.recipients}/letters",
            data=body.encode(), headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            if answer.status != 202:
                raise Failed(f"a single letter got {answer.status}")
        accepted = time.monotonic()
        end = accepted + 10
        while subject not in sink.came:
            if time.monotonic() > end:
                raise Failed("a single letter did not come within 10 s")
            time.sleep(0.001)
        waits.append(max(0.0, (sink.came[subject] - accepted) * 1000))
        time.sleep(random.uniform(0.01, 0.05))
    return sorted(waits)

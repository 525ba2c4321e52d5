"""sqlmap against every place that takes a visitor's text: fields of the form and of the JSON, queries, parts of the path, and the
header fields that are read. And against a server with a hole, which it must find."""
import http.server
import json
import re
import sqlite3
import subprocess
import threading
import urllib.parse

import pytest

from conftest import LONG, Installation, free_port

FIELDS = {"name": "Vera", "email": "vera@visitor.example", "subject": "Hello", "message": "I like it", "about": "A photo",
          "show_address": "yes", "homepage_url": "", "form": "x"}
LETTERS = "/api/v1/sites/photos/recipients/pat/letters"
# `*` marks the place; without one sqlmap takes every field of the body or query.
TARGETS = {
    "the form": (["--data", urllib.parse.urlencode({**FIELDS, "homepage_url": "1"})], "/c/photos/pat", list(FIELDS)),
    "the JSON": (["--data", json.dumps({k: v for k, v in FIELDS.items() if k not in ("form", "homepage_url", "show_address")}),
                  "--headers", "Content-Type: application/json"], LETTERS,
                 ["JSON name", "JSON email", "JSON subject", "JSON message", "JSON about"]),
    "the page's query": ([], "/c/photos/pat?about=photo&lang=en", ["about", "lang"]),
    "site and handle": ([], "/c/photos*/pat*", ["#1*", "#2*"]),
    "site of the statement": ([], "/privacy/photos*?lang=en", ["#1*"]),
    "the confirmation's token": ([], "/confirm/photos/pat/token*", ["#1*"]),
    "site and recipient of the API": (["--data", "{}", "--headers", "Content-Type: application/json"],
                                      LETTERS.replace("photos", "photos*").replace("pat", "pat*"), ["#1*", "#2*"]),
    "a key for repeats": (["--data", json.dumps({"name": "V", "email": "v@visitor.example", "message": "m"}), "--headers",
                           "Content-Type: application/json\nIdempotency-Key: abc*"], LETTERS, ["Idempotency-Key #1*"]),
    "the forwarded client": (["--headers", "X-Forwarded-For: 192.0.2.1*"], "/c/photos/pat", ["X-Forwarded-For #1*"]),
}
EFFORT = ["--level", "3", "--risk", "2"] if LONG else ["--level", "2", "--risk", "1", "--technique", "BEUS"]


def sqlmap(url, options, folder):
    """Returns what sqlmap said about each place, and how many requests it made."""
    done = subprocess.run(
        ["sqlmap", "-u", url, *options, *EFFORT, "--batch", "--flush-session", "--disable-coloring", "--output-dir", folder,
         "--dbms", "SQLite", "--ignore-redirects", "--skip-waf", "--threads", "1",
         "-t", folder / "traffic", "-v", "1"],
        capture_output=True, text=True, timeout=3600 if LONG else 900, stdin=subprocess.DEVNULL, cwd=folder)
    (folder / "said").write_text(done.stdout + done.stderr)
    traffic = (folder / "traffic").read_text(errors="replace") if (folder / "traffic").exists() else ""
    return done.stdout, traffic.count("HTTP request [#")


@pytest.fixture(scope="module")
def target():
    installation = Installation(POSTERN_TRUSTED_PROXIES="127.0.0.1/32").start()
    yield installation
    installation.stop()


@pytest.mark.parametrize("place", TARGETS)
def test_no_place_takes_sql(target, reports, tell, place):
    options, path, names = TARGETS[place]
    said, requests = sqlmap(target.url + path, options, reports)
    tried = set(re.findall(r"parameter '([^']+)' does not seem to be injectable", said))
    missing = set(names) - tried
    tell(f"sqlmap, {place}", f"{len(tried)} parameters, {requests} requests", "not injectable" if not missing else "see below")
    assert not missing, f"not cleared: {missing}\n{said[-3000:]}"
    assert "all tested parameters do not appear to be injectable" in said, said[-3000:]
    # A place that was cleared after one or two requests was not really tried.
    assert requests >= 10 * len(names), f"only {requests} requests"
    with_errors = re.findall(r"^5\d\d \(.*?\) - \d+ times", said, re.M)
    assert not with_errors, f"sqlmap met errors of the server: {with_errors}"


class Injectable(http.server.BaseHTTPRequestHandler):
    """Pastes its input into a statement."""

    def do_GET(self):
        wanted = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("handle", [""])[0]
        database = sqlite3.connect(":memory:")
        database.executescript("CREATE TABLE person (handle, name); INSERT INTO person VALUES ('pat', 'Pat'), ('sam', 'Sam');")
        try:
            text = str(database.execute(f"SELECT name FROM person WHERE handle = '{wanted}'").fetchall())
        except sqlite3.Error as error:
            text = f"error: {error}"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"<html><body>{text}</body></html>".encode())

    def log_message(self, *_):
        pass


def test_sqlmap_finds_a_server_that_takes_sql(reports, tell):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Injectable)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        said, requests = sqlmap(f"http://127.0.0.1:{server.server_port}/?handle=pat", [], reports)
    finally:
        server.shutdown()
        server.server_close()
    tell("sqlmap, an injectable server", f"1 parameter, {requests} requests", "found, as it has to be")
    assert "Parameter: handle (GET)" in said, said[-3000:]

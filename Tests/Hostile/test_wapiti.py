"""wapiti visits the pages, posts the form and tries what it knows: it must find nothing. And a page that shows its input
unescaped, where it must find that."""
import http.server
import json
import re
import subprocess
import threading
import urllib.parse

import pytest

from conftest import LONG, Installation, free_port

# The modules that test forms, queries, paths and headers of a service like this. The others look for particular programs (nikto,
# drupal, wordpress, shellshock in CGI) or need a server on the Internet (ssrf, xxe).
MODULES = "backup,blindsql,cookieflags,crlf,csp,exec,file,http_headers,methods,permanentxss,redirect,sql,xss"

# wapiti asks for these, and they are left out on purpose: every answer's policy has `frame-ancestors 'none'`, which browsers
# prefer to the older field (CSP Level 2 §7.7.1), and no browser has the filter any more that the other one switched on.
SUPERSEDED = {"X-Frame-Options is not set", "X-XSS-Protection is not set"}

# wapiti finds these only by answers that take more than six seconds. A busy machine answers that late too.
BY_TIME = {"Resource consumption", "Blind SQL Injection"}


def wapiti(url, folder, starts=(), modules=MODULES):
    """Returns the findings by kind, and how many requests were made."""
    folder.mkdir(exist_ok=True)
    report = folder / "report.json"
    command = ["wapiti", "-u", url, "--scope", "folder", "-m", modules, "-f", "json", "-o", report, "--flush-session",
               "--no-bugreport", "--store-session", folder / "session", "-d", "4", "--max-scan-time", "1800" if LONG else "100",
               "-v", "2", "-l", "2" if LONG else "1"]
    for start in starts:
        command += ["-s", start]
    done = subprocess.run(command, capture_output=True, text=True, timeout=3600 if LONG else 900, stdin=subprocess.DEVNULL,
                          cwd=folder)
    (folder / "said").write_text(done.stdout + done.stderr)
    assert report.exists(), done.stdout[-3000:] + done.stderr[-3000:]
    answer = json.loads(report.read_text())
    found = {}
    for kind, faults in [*answer["vulnerabilities"].items(), *answer["anomalies"].items()]:
        faults = [fault for fault in faults if fault["info"] not in SUPERSEDED]
        if faults:
            found[kind] = faults
    return found, len(re.findall(r"^\[[¨+?]\] ", done.stdout, re.M)), done.stdout


@pytest.fixture(scope="module")
def target():
    # As with TLS in front: browsers are told to insist on it.
    installation = Installation(POSTERN_PUBLIC_URL="https://contact.example.org").start()
    yield installation
    installation.stop()


def test_wapiti_finds_nothing(target, reports, tell):
    starts = [target.url + path for path in ["/c/photos/pat", "/c/photos/pat?about=photo&lang=en", "/c/photos/sam?lang=de",
                                             "/c/photos/pat/sent", "/privacy/photos?lang=en", "/confirm/photos/pat/token"]]
    found, requests, said = wapiti(target.url + "/", reports, starts)
    if found and set(found) <= BY_TIME:
        found, requests, said = wapiti(target.url + "/", reports / "again", starts)
    tell("wapiti", f"{len(MODULES.split(','))} modules, {requests} requests", f"{sum(map(len, found.values()))} findings")
    assert not found, json.dumps(found, indent=1)[:6000]
    # A scan that never gets past the first page finds nothing either.
    assert requests >= 300, f"only {requests} requests"
    assert "/c/photos/pat" in said and "homepage_url" in said


class Echo(http.server.BaseHTTPRequestHandler):
    """Shows its input unescaped."""

    def do_GET(self):
        name = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("name", [""])[0]
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(f"<html><body><form><input name=name value=x></form><p>Hello {name}</p></body></html>".encode())

    def log_message(self, *_):
        pass


def test_wapiti_finds_a_page_that_escapes_nothing(reports, tell):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        found, requests, _ = wapiti(f"http://127.0.0.1:{server.server_port}/", reports, modules="xss")
    finally:
        server.shutdown()
        server.server_close()
    tell("wapiti, a page that escapes nothing", f"1 module, {requests} requests", "found, as it has to be")
    assert any("Cross Site Scripting" in kind for kind in found), found

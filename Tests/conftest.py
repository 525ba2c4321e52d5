"""The built program in a scratch home, a headless Chromium for its pages, and a table of what was tried."""
import base64
import hashlib
import hmac
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

BINARY = pathlib.Path(os.environ.get("POSTERN", ".build/release/postern")).resolve()

# deploy/prove hostile --long
LONG = os.environ.get("POSTERN_LONG") == "1"
# deploy/prove figures: the file that gets every measured time. Without it no time decides a test.
FIGURES = os.environ.get("POSTERN_FIGURES")

# Several workers at once (pytest -n) have a range each: a port is free until its service starts.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 5
PORTS = iter(range(15_000 + WORKER * 1_000 + os.getpid() % 500, 15_000 + (WORKER + 1) * 1_000))


def free_port():
    """A port that the kernel does not give to clients. Each is returned once."""
    for port in PORTS:
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no free port")


def one_time_code(secret, steps=0):
    """What an authenticator app shows for a key in Base32 (RFC 6238), or will show after so many times thirty seconds."""
    step = int(time.time()) // 30 + steps
    mac = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[19] & 15
    return f"{(int.from_bytes(mac[offset:offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


class Installation:
    """`postern serve` with its demo mailbox, as in deploy/run. Nothing is sent."""

    def __init__(self, **settings):
        self.folder = tempfile.TemporaryDirectory(prefix="postern-browser-")
        self.home = pathlib.Path(self.folder.name) / "home"
        self.port, self.staff_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        clean = {k: v for k, v in os.environ.items() if not k.startswith("POSTERN")}
        self.environment = {
            **clean,
            "POSTERN_LISTEN": f"127.0.0.1:{self.port}",
            "POSTERN_STAFF_LISTEN": f"127.0.0.1:{self.staff_port}",
            "POSTERN_LIMIT_CLIENT": "off",
            "POSTERN_LIMIT_RECIPIENT": "off",
            "POSTERN_LIMIT_GLOBAL": "off",
            "POSTERN_LIMIT_WAVE": "off",
            **settings,
        }
        self.run("init", "--public-url", self.url, "--smtp-url", f"demo://127.0.0.1:{free_port()}",
                 "--site", "photos", "--site-name", "Example Photos")
        self.run("site", "set", "photos", "--accent", "#b03060", "--origin", "https://photos.example")
        for handle, name in [("pat", "Pat Photographer"), ("sam", "سامي المصور")]:
            self.run("recipient", "add", handle, "--site", "photos", "--name", name, "--confirmed",
                     input=f"{handle}@private.example\n")
        self.run("recipient", "pause", "sam", "--site", "photos")
        self.run("block", "add", "--domain", "blocked.example", "--refuse", "--reason", "for this test")
        self.process = None

    def run(self, *arguments, input=None):
        done = subprocess.run([BINARY, *arguments, "--home", self.home], input=input, text=True, capture_output=True,
                              env=self.environment, timeout=60)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def enrol_staff(self, browser, name, role="administrator"):
        """Adds a member of staff, who chooses a password and codes in that browser and is signed in there."""
        from selenium.webdriver.common.by import By
        browser.get(self.run("staff", "add", name, "--role", role).strip())
        secret = browser.find_element(By.ID, "secret").text.replace(" ", "")
        browser.find_element(By.ID, "password").send_keys("correct horse battery staple")
        browser.find_element(By.ID, "code").send_keys(one_time_code(secret))
        browser.find_element(By.CSS_SELECTOR, "form:not([data-passkey]) button").click()
        end = time.monotonic() + 60
        while time.monotonic() < end and not browser.find_elements(By.CSS_SELECTOR, ".codes code"):
            time.sleep(0.05)
        return secret, [code.text for code in browser.find_elements(By.CSS_SELECTOR, ".codes code")]

    def start(self):
        self.log = open(self.home / "serve.log", "ab")
        self.process = subprocess.Popen([BINARY, "serve", "--home", self.home], env=self.environment, stdout=self.log,
                                        stderr=self.log)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if urllib.request.urlopen(self.url + "/ready", timeout=2).status == 200:
                    return self
            except OSError:
                assert self.process.poll() is None, (self.home / "serve.log").read_text()
                time.sleep(0.05)
        raise AssertionError((self.home / "serve.log").read_text())

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(40)
        self.folder.cleanup()


@pytest.fixture(scope="session")
def postern():
    installation = Installation().start()
    yield installation
    installation.stop()


@pytest.fixture(scope="session")
def quick():
    """Answers go out after three seconds."""
    installation = Installation(POSTERN_WITHDRAWAL="3s").start()
    yield installation
    installation.stop()


@pytest.fixture(scope="session")
def proving():
    """Its site takes letters of proven addresses alone."""
    installation = Installation()
    installation.run("site", "set", "photos", "--writers", "proven")
    installation.start()
    yield installation
    installation.stop()


@pytest.fixture(scope="session")
def limited():
    """One letter an hour."""
    installation = Installation(POSTERN_LIMIT_CLIENT="1,1/1h").start()
    yield installation
    installation.stop()


def chromium(javascript=True):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--disable-background-networking", "--lang=en-GB"]:
        options.add_argument(argument)
    if not javascript:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


@pytest.fixture(scope="session")
def browser():
    driver = chromium()
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def plain_browser():
    """Without JavaScript."""
    driver = chromium(javascript=False)
    yield driver
    driver.quit()


@pytest.fixture(autouse=True)
def nothing_left(request):
    """What a test's browser was given, the next test's must not send: pages without a session are tried without one. Nor is what its
    console says of that page the next test's."""
    yield
    for name in {"browser", "plain_browser"} & set(request.fixturenames):
        driver = request.getfixturevalue(name)
        driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        driver.get_log("browser")


@pytest.fixture
def tell(record_property):
    """tell(tool, tried, found): adds a line to the table that is printed at the end."""
    return lambda tool, tried, found: record_property("row", (tool, tried, found))


@pytest.fixture
def figure():
    """figure(what, milliseconds, limit): notes a time. One over its limit fails the test only where times are judged."""
    def note(what, measured, limit):
        if not FIGURES:
            return
        kept = measured <= limit
        with open(FIGURES, "a") as table:
            table.write(f"{what}\t{measured:.1f} ms\t{limit:.1f} ms\t{'kept' if kept else 'MISSED'}\n")
        assert kept, f"{what}: {measured:.1f} ms"
    return note


@pytest.fixture
def reports(request):
    """A folder that is kept if the test fails; the table says where."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-reports-"))
    yield folder
    if getattr(request.node, "has_failed", True):
        request.node.user_properties.append(("row", (request.node.name, "failed", f"the reports are in {folder}")))
    else:
        shutil.rmtree(folder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.has_failed = report.failed
    return report


def pytest_terminal_summary(terminalreporter):
    # From the reports, since a worker's memory is not this process's.
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    rows = list(dict.fromkeys(
        tuple(value) for report in reports for name, value in getattr(report, "user_properties", []) if name == "row"))
    widths = [max(len(row[column]) for row in rows) for column in range(3)] if rows else []
    for row in [("", "", ""), *rows] if rows else []:
        terminalreporter.write_line("  " + "  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())

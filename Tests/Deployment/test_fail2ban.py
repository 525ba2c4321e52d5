"""The filter that is shipped for fail2ban, on lines that the service has written."""
import os
import pathlib
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from conftest import Installation

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "deploy/fail2ban"


def matched(log):
    """How many lines of a log the filter takes, and how many it does not."""
    done = subprocess.run(["fail2ban-regex", "--print-all-matched", log, FOLDER / "postern.conf"], capture_output=True, text=True,
                          timeout=60)
    found = re.search(r"Lines: (\d+) lines, (\d+) ignored, (\d+) matched, (\d+) missed", done.stdout)
    assert found, done.stdout + done.stderr
    return int(found[3]), int(found[4])


def test_the_filter_takes_every_line_that_the_service_writes(tmp_path):
    log = tmp_path / "refused"
    postern = Installation(POSTERN_LIMIT_CLIENT="1,1/1h", POSTERN_TRUSTED_PROXIES="127.0.0.1/32", POSTERN_BAN_FILE=str(log)).start()
    try:
        for client in ["192.0.2.7", "2001:db8::17"]:
            for number in range(4):
                request = urllib.request.Request(
                    f"{postern.url}/api/v1/sites/photos/recipients/pat/letters",
                    f'{{"name": "Vera", "email": "vera{number}@visitor.example", "message": "Letter {number} of some length."}}'.encode(),
                    {"Content-Type": "application/json", "X-Forwarded-For": client})
                try:
                    urllib.request.urlopen(request, timeout=30)
                except urllib.error.HTTPError as refusal:
                    assert refusal.code == 429
        end = time.monotonic() + 30
        while (not log.exists() or len(log.read_text().splitlines()) < 6) and time.monotonic() < end:
            time.sleep(0.1)
    finally:
        postern.stop()
    assert matched(log) == (6, 0), log.read_text()


@pytest.mark.parametrize("line", [
    "2026-11-30T09:41:07.000Z postern: refused client=192.0.2.7 rule=trap-bait",
    "2026-11-30T09:41:07.000Z other: postern: refused client=192.0.2.7 rule=block",
    "2026-11-30T09:41:07.000Z postern: refused client=192.0.2.7 rule=block client=198.51.100.1 rule=block",
])
def test_the_filter_takes_no_other_line(tmp_path, line):
    log = tmp_path / "refused"
    log.write_text(line + "\n")
    assert matched(log) == (0, 1)


def test_fail2ban_starts_with_the_file_that_the_guide_makes_and_without_the_jail(tmp_path):
    settings, log = tmp_path / "fail2ban", tmp_path / "refused"
    shutil.copytree("/etc/fail2ban", settings, ignore=lambda folder, _: os.listdir(folder) if folder.endswith("jail.d") else [])
    jail = settings / "jail.d/postern.conf"
    jail.write_text((FOLDER / "jail.conf").read_text().replace("/var/log/postern/refused", str(log)))
    shutil.copy(FOLDER / "postern.conf", settings / "filter.d/postern.conf")

    def starts():
        return subprocess.run(["fail2ban-client", "-c", settings, "-t"], capture_output=True, text=True, timeout=60).returncode == 0

    # It does not start without the log of a jail, whatever other jails it has.
    assert not starts()
    log.touch(0o600)
    assert starts()
    jail.unlink()
    log.unlink()
    assert starts()


def test_the_jail_reads_with_that_filter_what_the_example_writes():
    jail = (FOLDER / "jail.conf").read_text()
    example = (FOLDER.parent / "postern.conf.example").read_text()
    path = re.search(r"^#POSTERN_BAN_FILE=(.+)$", example, re.M)[1]
    assert f"logpath  = {path}" in jail and "filter   = postern" in jail

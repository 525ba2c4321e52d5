"""The operator's guide enrols members by the site's own programs: its examples in curl and in PHP are run as they stand."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "Tests/Browser"))
from conftest import BINARY, Installation  # noqa: E402
from correspondence import post  # noqa: E402
from demo_mailbox import Mailbox  # noqa: E402

GUIDE = (ROOT / "deploy/README.md").read_text()


def examples(language):
    """The blocks of the guide that are marked as this example, with the installation under test in the place of its own."""
    return re.findall(rf"^```{language} enrolment\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def postern():
    """One of its own: generated requests fill the other's mailbox, and it keeps only so many mails."""
    installation = Installation().start()
    yield installation
    installation.stop()


@pytest.fixture
def place(postern, tmp_path):
    """A folder to run them in, where `postern` is the installation under test."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "postern").write_text(f'#!/bin/sh\nexec "{BINARY}" "$@" --home "{postern.home}"\n')
    (tools / "postern").chmod(0o755)
    environment = {**postern.environment, "PATH": f"{tools}:{os.environ['PATH']}"}

    def run(command, text):
        text = text.replace("https://contact.example.org", postern.url)
        done = subprocess.run(command, input=text, text=True, capture_output=True, cwd=tmp_path, env=environment, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
    run.folder = tmp_path
    return run


def confirm(postern, address):
    """Presses the button behind the link of the mail that asked."""
    link = Mailbox(postern).newest(r"https?://\S+(/confirm/\S+)", address)
    status, _, page = post(postern.url + link[1])
    assert status == 200, page


def state(postern, handle):
    import json
    return json.loads(postern.run("recipient", "show", handle, "--site", "photos", "--json"))["state"]


def test_the_curl_example_enrols_changes_invites_and_erases(postern, place):
    first, then = examples("sh")
    assert '"state":"unconfirmed"' in place(["bash", "-eu"], first)
    token = (place.folder / "postern-token").read_text()
    assert (place.folder / "postern-token").stat().st_mode & 0o77 == 0
    confirm(postern, "sue@private.example")
    assert state(postern, "sue") == "active"
    said = place(["bash", "-eu"], "\n".join(line for line in first.splitlines() if line.startswith(("api=", "call()"))) + "\n" + then)
    assert '"name":"Sue S. Stringer"' in said and "/join/photos/" in said
    assert "@private.example" not in said
    assert state(postern, "sue") == "erased"
    assert token.split()[-1] not in (postern.home / "serve.log").read_text(errors="replace")


@pytest.mark.skipif(not shutil.which("php"), reason="there is no PHP (Debian: php-cli)")
def test_the_php_example_enrols_a_member_and_says_what_is_wrong(postern, place):
    (example,) = examples("php")
    token = postern.run("token", "add", "--site", "photos", "--scope", "recipients").strip()
    (place.folder / "postern-token").write_text(f"Authorization: Bearer {token}\n")
    assert "An e-mail is on its way" in place(["php"], example)
    confirm(postern, "ann@private.example")
    assert "has this handle" in place(["php"], example)


def test_the_php_example_is_sound():
    if not shutil.which("php"):
        pytest.skip("there is no PHP (Debian: php-cli)")
    for example in examples("php"):
        done = subprocess.run(["php", "-l"], input=example, text=True, capture_output=True)
        assert done.returncode == 0, done.stdout

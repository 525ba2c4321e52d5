"""The journal in other people's hands: golang.org/x/mod/sumdb, from which its format comes, verifies it as the operator's guide has an
auditor do it, and refuses what was changed."""
import base64
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import BINARY, Installation

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "deploy/README.md").read_text()
# More than two full tiles, so that there is a second level.
MEMBERS = 600

if not (shutil.which("go") and pathlib.Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog").is_dir()):
    pytest.skip("apt-get install golang-go golang-golang-x-mod-dev", allow_module_level=True)


def fork(installation, folder):
    """A copy of the home, keys and all, goes on in its own way, so that one key signs both journals. Returns its newest checkpoint."""
    shutil.copytree(installation.home, folder, ignore=shutil.ignore_patterns("*.sock"))
    environment = {name: value for name, value in installation.environment.items() if name != "POSTERN_JOURNAL_COPY"}
    done = subprocess.run([BINARY, "token", "add", "--site", "photos", "--scope", "recipients", "--home", folder],
                          capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    return folder / "vault/journal/checkpoint"


@pytest.fixture(scope="module")
def audit(tmp_path_factory):
    """A folder in which an auditor has followed the guide, and the program that was built there."""
    place = tmp_path_factory.mktemp("audit")
    kept = place / "checkpoints"
    installation = Installation(POSTERN_JOURNAL_COPY=str(kept))
    try:
        early = (installation.home / "vault/journal/checkpoint").read_text()
        forked = fork(installation, place / "forked").read_text()
        rows = "".join(f"member-{number},Member {number},member-{number}@private.example\n" for number in range(MEMBERS))
        (place / "members.csv").write_text("handle,name,address\n" + rows)
        installation.run("recipient", "import", place / "members.csv", "--site", "photos", "--confirmed")
        installation.start()
        installation.run("token", "add", "--site", "photos", "--scope", "recipients")
        report = json.loads(installation.run("log", "verify", "--json"))
        entries = json.loads(installation.run("log", "journal", "--limit", "0", "--json"))
        about = next(entry["number"] for entry in entries if entry.get("about") == "photos/member-300")
        (place / "NAME.tlog-proof").write_text(installation.run("log", "proof", str(about)))
        (place / "Tests").symlink_to(ROOT / "Tests")
        tools = place / "bin"
        tools.mkdir()
        (tools / "apt-get").write_text("#!/bin/sh\n")
        (tools / "apt-get").chmod(0o755)
        [commands] = re.findall(r"^```sh audit\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
        commands = commands.replace("/var/lib/postern", str(installation.home)).replace("KEY", report["key"])
        followed = subprocess.run(
            ["bash", "-eu"], input=commands, capture_output=True, text=True, cwd=place, timeout=300,
            env={**installation.environment, "PATH": f"{tools}:{os.environ['PATH']}", "GOCACHE": str(place / "cache")})
    finally:
        installation.stop()

    def verify(*arguments):
        return subprocess.run([place / "verify_journal", *arguments], capture_output=True, text=True, timeout=60)
    verify.place, verify.followed, verify.key, verify.size = place, followed, report["key"], report["size"]
    verify.early, verify.forked, verify.kept, verify.about, verify.entries = early, forked, kept, about, entries
    return verify


@pytest.fixture
def journal(audit, tmp_path):
    shutil.copytree(audit.place / "journal", tmp_path / "journal")
    return tmp_path / "journal"


def test_the_reference_implementation_verifies_it_as_the_guide_says(audit, tell):
    assert audit.followed.returncode == 0, audit.followed.stderr
    whole, proof = audit.followed.stdout.splitlines()
    checkpoints = audit.kept.read_text().count("\n\n")
    assert whole == f"holds: entries {audit.size}, earlier checkpoints {checkpoints}" and checkpoints >= 3
    assert proof == f"proves entry {audit.about}: {audit.entries[audit.about]['entry']}"
    names = {str(path.relative_to(audit.place / "journal")) for path in (audit.place / "journal").rglob("*")}
    assert {"tile/0/000", "tile/0/001", "tile/1/000.p/2", "tile/entries/001"} <= names, names
    tell("golang.org/x/mod/sumdb", f"{audit.size} entries, {checkpoints} checkpoints, a proof", "verified")


def test_it_goes_on_from_a_checkpoint_that_was_kept_early(audit, journal, tmp_path):
    (tmp_path / "early").write_text(audit.early)
    done = audit(journal, audit.key, tmp_path / "early")
    assert (done.returncode, done.stdout) == (0, f"holds: entries {audit.size}, earlier checkpoints 1\n"), done.stderr


def flip(path, offset):
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def partial(journal, kind):
    """The tile or bundle at the right edge. Those of earlier checkpoints are there too, with fewer hashes."""
    [folder] = (journal / "tile" / kind).glob("*.p")
    return max(folder.iterdir(), key=lambda path: int(path.name))


def trailing(path, more):
    path.write_bytes(path.read_bytes() + more)


CHANGES = {
    "an entry": lambda journal: flip(journal / "tile/entries/000", 40),
    "the length of an entry": lambda journal: flip(journal / "tile/entries/001", 1),
    "the last entry": lambda journal: flip(partial(journal, "entries"), -3),
    "an entry more than was signed": lambda journal: trailing(partial(journal, "entries"), b"\0\2{}"),
    "a bundle that is missing": lambda journal: (journal / "tile/entries/001").unlink(),
    "the first hash of a tile": lambda journal: flip(journal / "tile/0/000", 0),
    "the last hash of a tile": lambda journal: flip(journal / "tile/0/001", -1),
    "a hash of the partial tile": lambda journal: flip(partial(journal, "0"), 5),
    "a hash of the second level": lambda journal: flip(partial(journal, "1"), 33),
    "a tile that ends early": lambda journal: os.truncate(journal / "tile/0/000", 255 * 32),
    "a tile with a hash more": lambda journal: trailing(journal / "tile/0/000", bytes(32)),
    "a tile that is missing": lambda journal: (journal / "tile/0/001").unlink(),
    "two tiles that have changed places": lambda journal: (
        (journal / "tile/0/000").rename(journal / "kept"), (journal / "tile/0/001").rename(journal / "tile/0/000"),
        (journal / "kept").rename(journal / "tile/0/001")),
    "the name in the checkpoint": lambda journal: flip(journal / "checkpoint", 0),
    "its size": lambda journal: flip(journal / "checkpoint", (journal / "checkpoint").read_bytes().index(b"\n") + 1),
    "its root": lambda journal: flip(journal / "checkpoint", (journal / "checkpoint").read_bytes().index(b"\n\n") - 20),
    "its signature": lambda journal: flip(journal / "checkpoint", -20),
    "the checkpoint that is missing": lambda journal: (journal / "checkpoint").unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_refuses(audit, journal, change):
    assert audit(journal, audit.key).returncode == 0
    CHANGES[change](journal)
    done = audit(journal, audit.key)
    assert done.returncode == 1 and "does not hold" in done.stderr and not done.stdout, done.stdout + done.stderr


def test_it_refuses_another_key_and_a_key_of_another_name(audit, journal):
    name, number, material = audit.key.split("+", 2)
    # The example of c2sp.org/signed-note.
    for key in ["example.com/foo+530d903a+AekyeRe97tnD4kTvWoPpYVsNeC+z9bjHLGCPn4XoV4ek", f"{name}.example+{number}+{material}"]:
        done = audit(journal, key)
        assert done.returncode == 1 and "does not hold" in done.stderr, done.stderr


def test_it_refuses_a_journal_that_does_not_go_on_from_what_its_key_has_signed(audit, journal, tmp_path):
    # Of the same key, and of fewer entries than this one has: the tree alone tells.
    (tmp_path / "forked").write_text(audit.forked)
    done = audit(journal, audit.key, tmp_path / "forked")
    assert done.returncode == 1 and "does not go on" in done.stderr, done.stderr
    # Rolled back, with all that belongs to it.
    rolled_back = audit(audit.place / "forked/vault/journal", audit.key)
    assert rolled_back.returncode == 0, rolled_back.stderr
    done = audit(audit.place / "forked/vault/journal", audit.key, audit.kept)
    assert done.returncode == 1 and "does not go on" in done.stderr, done.stderr


def test_it_refuses_a_list_of_checkpoints_in_which_one_was_changed(audit, journal, tmp_path):
    text = audit.kept.read_text()
    for number, old in enumerate(["\n\n", audit.early.split("\n")[2]]):
        kept = tmp_path / f"kept-{number}"
        kept.write_text(text.replace(old, "\n" if old == "\n\n" else old[::-1], 1))
        done = audit(journal, audit.key, kept)
        assert done.returncode == 1 and "does not hold" in done.stderr, done.stderr


@pytest.mark.parametrize("part", ["extra", "index", "path", "checkpoint"])
def test_it_refuses_a_proof_that_was_changed(audit, tmp_path, part):
    text = (audit.place / "NAME.tlog-proof").read_text()
    lines = text.split("\n")
    gap = lines.index("")
    if part == "extra":
        extra = base64.b64decode(lines[1][6:])
        assert b"photos" in extra
        lines[1] = "extra " + base64.b64encode(extra.replace(b"photos", b"photo5")).decode()
    elif part == "index":
        lines[2] = f"index {audit.about + 1}"
    else:
        # The topmost hash; the root.
        place = gap - 1 if part == "path" else gap + 3
        lines[place] = ("B" if lines[place][0] == "A" else "A") + lines[place][1:]
    changed = tmp_path / "changed.tlog-proof"
    changed.write_text("\n".join(lines))
    done = audit("-proof", changed, audit.key)
    assert done.returncode == 1 and "does not hold" in done.stderr and not done.stdout, done.stdout + done.stderr
    assert audit("-proof", audit.place / "NAME.tlog-proof", audit.key).returncode == 0

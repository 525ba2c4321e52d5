"""The shipped units, users and folders, as systemd itself reads them; and the backup that a unit runs. That the units start the
service is seen by deploy/prove bare, on a machine that systemd has booted."""
import os
import pathlib
import re
import shutil
import socket
import stat
import subprocess
import time
import urllib.request

import pytest

from conftest import BINARY, Installation

SYSTEMD = pathlib.Path(__file__).resolve().parents[2] / "deploy/systemd"
SERVICES = sorted(SYSTEMD.glob("*.service"))
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes users and gives folders away")


def run(*arguments, **options):
    return subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True, timeout=120, **options)


def directives(unit):
    """(directive, whether a comment of its own paragraph is above it)"""
    explained, found = False, []
    for line in unit.read_text().splitlines():
        if line.startswith("#"):
            explained = True
        elif not line or line.startswith("["):
            explained = False
        else:
            found.append((line, explained))
    return found


def test_the_shipped_units_load_and_systemd_has_nothing_to_say_about_them(tmp_path):
    for unit in [*SERVICES, *SYSTEMD.glob("*.timer")]:
        # On a machine where nothing is installed, the programs are elsewhere; everything else is read as it is.
        text = unit.read_text().replace("/usr/local/bin/postern", str(BINARY)).replace("/usr/local/lib/postern/backup", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    units = sorted(tmp_path.iterdir())
    assert len(units) == 5
    done = run("systemd-analyze", "verify", "--man=no", *units, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"})
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_the_exposure_of_every_service_is_2_0_at_most(unit, tell):
    done = run("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit)
    overall = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert overall, done.stdout + done.stderr
    tell(f"systemd-analyze security {unit.name}", "exposure", overall.group(1))
    assert done.returncode == 0 and float(overall.group(1)) <= 2.0, done.stdout


def test_a_unit_that_gives_more_away_is_noticed(tmp_path):
    unit = tmp_path / "postern.service"
    unit.write_text((SYSTEMD / "postern.service").read_text().replace("CAP_SETPCAP", "CAP_SETPCAP CAP_SYS_ADMIN CAP_NET_ADMIN"))
    assert run("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit).returncode != 0


def test_every_line_is_explained_where_it_stands_or_in_postern_service():
    said = {line.partition("=")[0] for line, explained in directives(SYSTEMD / "postern.service") if explained}
    obvious = {"Description", "Documentation", "WantedBy", "ExecStart", "Type"}
    for unit in SERVICES:
        for line, explained in directives(unit):
            assert explained or line.partition("=")[0] in said | obvious, f"{unit.name}: {line}"


@as_root
def test_the_two_users_have_no_shell_no_home_and_no_password(tmp_path):
    (tmp_path / "etc").mkdir()
    dry = run("systemd-sysusers", "--dry-run", f"--root={tmp_path}", SYSTEMD / "sysusers.conf")
    assert dry.returncode == 0, dry.stderr
    done = run("systemd-sysusers", f"--root={tmp_path}", SYSTEMD / "sysusers.conf")
    assert done.returncode == 0, done.stderr
    users = {line.split(":")[0]: line.split(":") for line in (tmp_path / "etc/passwd").read_text().splitlines()}
    secrets = {line.split(":")[0]: line.split(":")[1] for line in (tmp_path / "etc/shadow").read_text().splitlines()}
    assert {"postern-relay", "postern-vault"} <= users.keys()
    for name in ["postern-relay", "postern-vault"]:
        assert users[name][5:] == ["/nonexistent", "/usr/sbin/nologin"] and secrets[name].startswith("!"), users[name]
    assert users["postern-relay"][2:4] != users["postern-vault"][2:4]


@as_root
def test_the_folders_are_roots_and_backups_are_for_root_alone(tmp_path):
    done = run("systemd-tmpfiles", "--create", f"--root={tmp_path}", SYSTEMD / "tmpfiles.conf")
    assert done.returncode == 0, done.stderr
    for path, mode in [("var/lib/postern", 0o755), ("var/backups/postern", 0o700)]:
        status = (tmp_path / path).stat()
        assert (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) == (mode, 0, 0), path
    # A second time, as at every start of the machine, nothing is taken away, however old it is.
    old = tmp_path / "var/backups/postern/old"
    old.write_text("kept")
    os.utime(old, (0, 0))
    assert run("systemd-tmpfiles", "--create", "--clean", f"--root={tmp_path}", SYSTEMD / "tmpfiles.conf").returncode == 0
    assert old.read_text() == "kept"


def test_the_shell_scripts_are_sound():
    deploy = SYSTEMD.parent
    scripts = [path for path in [*deploy.iterdir(), *SYSTEMD.iterdir()] if path.is_file() and path.read_bytes().startswith(b"#!/bin/sh")]
    assert SYSTEMD / "backup" in scripts and len(scripts) >= 5
    for script in scripts:
        done = run("sh", "-n", script)
        assert done.returncode == 0, done.stderr
    if shutil.which("shellcheck"):
        done = run("shellcheck", SYSTEMD / "backup")
        assert done.returncode == 0, done.stdout


class Backups:
    """The script with a program in Postern's place that makes a file, or fails."""

    def __init__(self, folder, program):
        self.folder = folder / "backups"
        self.script = folder / "backup"
        self.script.write_text((SYSTEMD / "backup").read_text().replace("/usr/local/bin/postern", str(program)))

    def run(self, **settings):
        return run("sh", self.script, env={"PATH": "/usr/bin:/bin", "BACKUP_FOLDER": str(self.folder), **settings})

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())


def program(folder, text):
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_the_newest_backups_are_kept_and_other_files_are_left_alone(tmp_path):
    backups = Backups(tmp_path, program(tmp_path, 'test "$1" = backup && echo copy >"$2"'))
    backups.folder.mkdir()
    old = [f"postern-2026010{day}T032000Z.sqlite" for day in range(1, 6)]
    others = ["mine.sqlite", "postern-before-update.sqlite", "mine.sqlite.part", "postern-before-update.sqlite.part"]
    interrupted = "postern-20260101T032000Z.sqlite.part"
    for name in [*old, *others, interrupted]:
        (backups.folder / name).write_text("")
    assert backups.run(BACKUPS_KEPT="3").returncode == 0
    kept = [name for name in backups.names() if name not in others]
    assert set(others) < set(backups.names()) and interrupted not in backups.names()
    assert len(kept) == 3 and kept[:2] == old[3:] and (backups.folder / kept[2]).read_text() == "copy\n"


def test_a_backup_that_fails_removes_nothing(tmp_path):
    backups = Backups(tmp_path, program(tmp_path, "exit 75"))
    backups.folder.mkdir()
    old = [f"postern-2026010{day}T032000Z.sqlite" for day in range(1, 6)] + ["postern-20260106T032000Z.sqlite.part"]
    for name in old:
        (backups.folder / name).write_text("")
    assert backups.run(BACKUPS_KEPT="1").returncode == 75
    assert backups.names() == old


@pytest.mark.parametrize("kept", ["0", "-1", "all", "2 weeks"])
def test_a_number_to_keep_that_is_none_is_refused_before_anything_is_done(tmp_path, kept):
    backups = Backups(tmp_path, program(tmp_path, 'touch "$2"'))
    done = backups.run(BACKUPS_KEPT=kept)
    assert done.returncode == 78 and kept in done.stderr and not backups.folder.exists()


def test_a_backup_of_the_running_service_is_whole_and_for_its_owner_alone(postern, tmp_path):
    backups = Backups(tmp_path, program(tmp_path, f'exec {BINARY} "$@" --home {postern.home}'))
    done = backups.run()
    assert done.returncode == 0, done.stderr
    [name] = backups.names()
    assert stat.S_IMODE((backups.folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(backups.folder.stat().st_mode) == 0o700
    assert (backups.folder / name).read_bytes().startswith(b"SQLite format 3")


def test_systemd_hears_that_the_service_is_ready_and_then_that_it_lives(tmp_path):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(tmp_path / "notify"))
    listener.settimeout(60)
    installation = Installation()
    installation.environment.update(NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="3000000")
    try:
        installation.start()
        said, began = [], time.monotonic()
        while said.count("WATCHDOG=1") < 3 or "READY=1" not in said:
            said.append(listener.recv(256).decode())
            if said[-1] == "READY=1":
                assert urllib.request.urlopen(installation.url + "/ready", timeout=10).status == 200
            assert time.monotonic() - began < 60, said
        assert said.count("READY=1") == 1, said
    finally:
        installation.stop()
        listener.close()

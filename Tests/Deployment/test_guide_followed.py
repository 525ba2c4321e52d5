"""The operator's guide, followed: its commands are taken from its text and run as they stand, on a machine that is thrown away. What
systemd, Debian's archive and an authority for certificates do with them is shown by deploy/prove bare."""
import json
import re
import shlex
import shutil
import stat

import pytest

import overlay_machine
from conftest import BINARY
from guide import GUIDE, ROOT, commands

pytestmark = pytest.mark.skipif(bool(overlay_machine.cannot_be_made()), reason=overlay_machine.cannot_be_made() or "-")
INSTALL = commands("## Set up").partition("postern init")[0]


def built(there):
    """The guide's first step, as far as the archive for the server: what swift builds is there already."""
    source = there.file("/root/source")
    source.mkdir()
    for name in ["templates", "deploy"]:
        shutil.copytree(ROOT / name, source / name)
    there.run("sh", "-c", "git init -q && git -c user.name=- -c user.email=- commit -q --allow-empty -m -", folder="/root/source")
    shutil.copy(BINARY, there.file("/opt/built/postern"))
    proof = BINARY.with_name("postern-proof")
    shutil.copy(proof if proof.exists() else BINARY, there.file("/opt/built/postern-proof"))
    there.paste(commands("## Set up", "sh build"), folder="/root/source")
    shutil.move(source / "postern.tar.gz", there.file("/root/postern.tar.gz"))


def letter(there, number, text):
    """By another visitor of another network each time, so that no limit holds it for review."""
    there.run("curl", "-sS", "--fail-with-body", "--interface", f"127.0.{number}.1", "-H", "Content-Type: application/json",
              "-d", json.dumps({"name": f"Visitor {number}", "email": f"visitor-{number}@visitor.example", "message": text}),
              "https://contact.example.org/api/v1/sites/photos/recipients/pat/letters")
    overlay_machine.wait(lambda: any(text in path.read_text() for path in there.mailbox.glob("*.eml")))


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Where the guide has been followed to the first letter."""
    there = overlay_machine.Machine(tmp_path_factory.mktemp("guide") / "machine")
    try:
        built(there)
        there.greet()
        there.paste(commands("## Set up"))
        there.has_letters(1)
        yield there
    finally:
        there.turn_off()


def test_what_is_built_is_what_the_tests_build(installed):
    asked = installed.file("/opt/built/asked").read_text().splitlines()
    commit = installed.run("git", "rev-parse", "--short=12", "HEAD", folder="/root/source").strip()
    release = re.search(r'^RELEASE="(.+)"$', (ROOT / "deploy/packages").read_text(), re.MULTILINE)[1]
    assert asked == [f"{commit} build {release} --product {product}" for product in ["postern", "postern-proof"]]
    installed_packages = re.search(r"apt-get install -y (.+)", commands("## Set up", "sh build"))[1].split()
    needed = re.search(r'^BUILD_PACKAGES="(.+)"$', (ROOT / "deploy/packages").read_text(), re.MULTILINE)[1].split()
    # Python is for checks of the programs alone.
    assert set(needed) - {"python3"} == set(installed_packages)


def test_it_leads_from_nothing_to_a_letter_in_a_mailbox(installed):
    first = (installed.mailbox / "0.eml").read_text()
    assert "RCPT TO:<pat@private.example>" in first and "Is this on?" in first and "vera@visitor.example" not in first
    installed.run("postern", "doctor")
    saved = installed.file("/root/postern-keys")
    assert saved.is_dir() and stat.S_IMODE(saved.stat().st_mode) == 0o700
    users = {name: installed.run("id", "-u", name).strip() for name in ["postern-relay", "postern-vault"]}
    assert sorted(uid for uid, _ in installed.processes()) == sorted(["0", *users.values()])


def test_many_are_imported_and_what_is_wrong_is_kept_to_be_corrected(installed):
    rows = ["Handle;E-Mail;Name;Alias", "kim;kim@private.example;Kim Müller;Kim M", "ann;ann@private.example;Ann Lens;",
            "eve;eve at private.example;Eve Early;"]
    installed.file("/root/postern/members.csv").write_text("\n".join(rows) + "\n")
    dry, imported = commands("## Set up", "").split("\n")[:2]
    listed = ["postern", "recipient", "list", "--site", "photos", "--json"]
    said = installed.paste(dry, folder="/root/postern")
    assert "ann" in said and len(json.loads(installed.run(*listed))) == 1
    installed.paste(imported, folder="/root/postern")
    assert {recipient["handle"] for recipient in json.loads(installed.run(*listed))} == {"pat", "kim", "ann"}
    assert "Eve Early" in installed.file("/root/postern/members.csv.rejects.csv").read_text()


def test_the_pages_become_the_sites_own(installed):
    logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>'
    installed.file("/root/postern/logo.svg").write_text(logo)
    text = commands("## Set up", "")
    installed.paste(text[text.index("postern site set"):], folder="/root/postern")
    page = installed.run("curl", "-sS", "--fail", "https://contact.example.org/c/photos/pat")
    assert "Write about prints and exhibitions." in page


def test_staff_are_added_listed_reset_and_removed(installed):
    said = installed.paste(commands("## Staff"))
    assert len(re.findall(r"^http://localhost:8081/\S+$", said, re.MULTILINE)) == 2 and "administrator" in said
    assert json.loads(installed.run("postern", "staff", "list", "--json")) == []


def test_the_journals_second_place_takes_checkpoints(installed):
    installed.paste(commands("## The journal", ""))
    assert installed.file("/run/chattr").read_text() == "+a /var/log/postern/checkpoints\n"
    with open(installed.file("/var/lib/postern/postern.conf"), "a") as settings:
        settings.write("POSTERN_JOURNAL_COPY=/var/log/postern/checkpoints\n")
    installed.run("systemctl", "restart", "postern")
    kept = installed.file("/var/log/postern/checkpoints")
    overlay_machine.wait(lambda: "— " in kept.read_text())
    assert kept.stat().st_mode & 0o777 == 0o640
    said = installed.run("postern", "log", "verify", "--checkpoints", "/var/log/postern/checkpoints")
    assert "Key: " in said
    installed.run("postern", "doctor")


def test_the_own_secrets_have_a_second_place(installed):
    made = re.search(r"`(install -d -m 700 -o postern-vault (\S+))`", GUIDE)
    path = re.search(r"`POSTERN_SECRETS_COPY=(\S+)`", GUIDE)[1]
    assert path.startswith(made[2] + "/")
    installed.run(*shlex.split(made[1]))
    with open(installed.file("/var/lib/postern/postern.conf"), "a") as settings:
        settings.write(f"POSTERN_SECRETS_COPY={path}\n")
    installed.run("systemctl", "restart", "postern")
    copy, own = installed.file(path), installed.file("/var/lib/postern/vault/records-secrets")
    overlay_machine.wait(lambda: copy.exists() and copy.read_bytes() == own.read_bytes())
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert installed.run("stat", "-c", "%U", path).strip() == "postern-vault"
    assert f"are kept in {path} too" in installed.run("postern", "keys", "status")
    installed.run("postern", "doctor")


def test_fail2ban_reads_the_file_that_is_made_for_it(installed):
    if not shutil.which("fail2ban-client"):
        pytest.skip("apt-get install fail2ban")
    installed.paste(commands("### Keeping clients out"), folder="/root/postern")
    assert stat.S_IMODE(installed.file("/var/log/postern/refused").stat().st_mode) == 0o600
    rotation = commands("### Keeping clients out", "").splitlines()
    installed.file("/etc/logrotate.d/postern").write_text("\n".join(rotation[rotation.index("/var/log/postern/refused {"):]) + "\n")
    if shutil.which("logrotate"):
        installed.run("logrotate", "--debug", "/etc/logrotate.d/postern")


def test_a_person_is_found_exported_and_erased(installed):
    installed.run("postern", "recipient", "add", "eve", "--site", "photos", "--name", "Eve", "--confirmed", typed="eve@private.example\n")
    said = installed.type(commands("### When somebody asks what you keep of them"), "eve@private.example\n" * 3 + "yes\n")
    assert said.count("photos/eve") == 2 and said.rstrip().endswith("Erased.") and "eve@private.example" not in said
    found = json.loads(installed.run("postern", "person", "find", "--json", typed="eve@private.example\n"))
    assert not found["recipients"]


def test_an_update_keeps_a_backup_and_what_the_operator_has_changed(installed):
    with open(installed.file("/etc/nginx/conf.d/postern.conf"), "a") as settings:
        settings.write("# the operator's own\n")
    own = [installed.file(path).read_text() for path in ["/etc/nginx/conf.d/postern.conf", "/var/lib/postern/postern.conf"]]
    before = set(installed.processes())
    installed.paste(INSTALL)
    installed.paste(commands("## Update", ""))
    assert before and not before & set(installed.processes())
    assert own == [installed.file(path).read_text() for path in ["/etc/nginx/conf.d/postern.conf", "/var/lib/postern/postern.conf"]]
    [backup] = installed.file("/var/backups/postern").iterdir()
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600 and stat.S_IMODE(backup.parent.stat().st_mode) == 0o700
    letter(installed, 2, "After the update.")


def test_a_backup_and_the_saved_keys_bring_it_back_on_a_bare_machine(installed, tmp_path):
    text = commands("### Restore, and the drill", "")
    backup, keys = shlex.split(re.search(r"^postern restore (.+)$", text, re.MULTILINE)[1].replace("--keys", ""))
    # As often as the guide says: others have come since.
    installed.run("postern", "keys", "export-recovery", keys)
    # Anyone who comes after that is in the second place alone.
    installed.run("postern", "recipient", "add", "zoe", "--site", "photos", "--name", "Zoe", "--confirmed", typed="zoe@private.example\n")
    place = re.search(r"`POSTERN_SECRETS_COPY=(\S+)`", GUIDE)[1]
    shutil.copy(installed.file(place), installed.file(keys) / "postern-secrets")
    installed.run("rm", "-f", backup)
    installed.run("postern", "backup", backup)
    there = overlay_machine.Machine(tmp_path / "bare")
    try:
        shutil.copy(installed.file("/root/postern.tar.gz"), there.file("/root/postern.tar.gz"))
        shutil.copy(installed.file(backup), there.file(backup))
        shutil.copytree(installed.file(keys), there.file(keys))
        there.paste(INSTALL)
        # What the saved settings name outside the home.
        there.paste(commands("## The journal", ""))
        there.run(*shlex.split(re.search(r"`(install -d -m 700 -o postern-vault \S+)`", GUIDE)[1]))
        # The yearly drill: no smarthost, and all but the last line.
        there.paste("".join(text.splitlines(keepends=True)[:-1]), until_one_fails=False)
        there.run("curl", "-sS", "--fail", "http://127.0.0.1:8080/ready")
        found = json.loads(there.says("postern", "doctor", "--json"))["findings"]
        assert [finding["check"] for finding in found if finding["level"] == "FAIL"] == ["smarthost"]

        # In earnest, on a machine that is in use.
        there.greet()
        there.run("systemctl", "stop", "postern")
        there.paste(text)
        assert json.loads(there.run("postern", "queue", "count", "--json")).get("held", 0) == 0
        there.run("curl", "-sS", "--fail-with-body", "-H", "Content-Type: application/json",
                  "-d", '{"name":"Vera","email":"vera@visitor.example","message":"After the restore."}',
                  "http://127.0.0.1:8080/api/v1/sites/photos/recipients/pat/letters")
        there.has_letters(1)
        [arrived] = there.mailbox.glob("*.eml")
        assert "RCPT TO:<pat@private.example>" in arrived.read_text() and "After the restore." in arrived.read_text()
        there.run("curl", "-sS", "--fail-with-body", "-H", "Content-Type: application/json",
                  "-d", '{"name":"Vera","email":"vera@visitor.example","message":"To anyone who came late."}',
                  "http://127.0.0.1:8080/api/v1/sites/photos/recipients/zoe/letters")
        there.has_letters(2)
        assert any("RCPT TO:<zoe@private.example>" in path.read_text() for path in there.mailbox.glob("*.eml"))
        there.run("postern", "doctor")
    finally:
        there.turn_off()


def test_relay_and_vault_run_in_units_of_their_own_and_then_nothing_of_it_is_left(installed):
    installed.paste(commands("### Relay and vault in units of their own"))
    users = {name: installed.run("id", "-u", name).strip() for name in ["postern-relay", "postern-vault"]}
    assert sorted(uid for uid, _ in installed.processes()) == sorted(users.values())
    letter(installed, 3, "By two units.")

    # The operator's own, as the guide says.
    installed.run("rm", "-rf", "/mnt/other")
    installed.paste(commands("## Uninstall"))
    assert not installed.tries("curl", "-sf", "http://127.0.0.1:8080/live")
    assert not installed.processes()
    for name in users:
        assert not installed.tries("getent", "passwd", name) and not installed.tries("getent", "group", name)
    left = [path for path, status in installed.written().items()
            if "postern" in path.lower() or {str(status.st_uid), str(status.st_gid)} & set(users.values())]
    assert not left

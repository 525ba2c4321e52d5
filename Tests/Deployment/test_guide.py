"""What can be seen of the operator's guide without following it. test_guide_followed.py and deploy/prove bare follow it."""
import fnmatch
import json
import os
import pathlib
import re
import shutil
import subprocess

from conftest import BINARY
from guide import GUIDE, ROOT, blocks, commands


def anchors(text):
    """As GitHub makes them of headings."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in re.findall(r"^##+ (.+)$", text, re.MULTILINE)}


def test_every_link_of_both_readmes_leads_somewhere():
    for path in [ROOT / "README.md", ROOT / "deploy/README.md"]:
        for target in re.findall(r"\]\(([^)]+)\)", path.read_text()):
            if target.startswith("https://"):
                continue
            name, _, anchor = target.partition("#")
            file = (path.parent / name).resolve() if name else path
            assert file.exists(), f"{path.name}: {target}"
            assert not anchor or anchor in anchors(file.read_text()), f"{path.name}: {target}"


def test_the_guide_and_the_readme_stay_short():
    assert len(GUIDE.splitlines()) <= 800
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


def test_every_command_of_the_guide_is_run_by_a_test_as_it_stands():
    """A test names the block that it runs by its heading and by what follows the opening fence."""
    followers = "".join((ROOT / "Tests" / path).read_text() for path in [
        "Deployment/test_guide_followed.py", "Surface/test_enrolment.py", "Surface/test_journal.py"])
    settings = r"(POSTERN_\w+=.*\n)+|\d{4}-\d\d-\d\dT.*\n|/var/log/\S+ \{\n(    .*\n)+\}\n"
    for heading, words, text in blocks():
        language, _, name = words.partition(" ")
        call = f'commands("{heading}")' if words == "sh" else f'commands("{heading}", "{words}")'
        ways = [call, f'examples("{language}")' if name == "enrolment" else call, f"^```{words}\\n"]
        assert re.fullmatch(settings, text) or any(way in followers for way in ways), f"{heading}: {text}"


def test_every_command_and_option_that_the_guide_names_in_a_sentence_is_there():
    done = subprocess.run([BINARY, "--experimental-dump-help"], capture_output=True, text=True, timeout=60)
    root = json.loads(done.stdout)["command"]

    def below(command, name):
        found = [child for child in command.get("subcommands", []) if child["commandName"] == name]
        assert found, f"there is no {name} in {command['commandName']}"
        return found[0]

    sentences = re.sub(r"^```.*?^```$", "", GUIDE, flags=re.MULTILINE | re.DOTALL)
    named = {" ".join(text.replace("\\|", "|").split()) for text in re.findall(r"`postern ([^`]+)`", sentences)}
    assert len(named) > 50
    for text in named:
        leaves, words = [root], text.split()
        while words and all(leaf.get("subcommands") for leaf in leaves):
            leaves = [below(leaf, name) for leaf in leaves for name in words[0].split("|")]
            words = words[1:]
        for leaf in leaves:
            options = {name["name"] for argument in leaf["arguments"] for name in argument.get("names", []) if name["kind"] == "long"}
            assert set(re.findall(r"--([a-z-]+)", text)) <= options, text


def test_what_is_to_be_pasted_is_sound_shell():
    for heading in ["## Set up", "### Relay and vault in units of their own", "## Uninstall"]:
        text = commands(heading)
        assert text.count("\n") >= 2, heading
        done = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        if shutil.which("shellcheck"):
            done = subprocess.run(["shellcheck", "-s", "bash", "-e", "SC2164,SC2015", "-"], input=text, text=True, capture_output=True)
            assert done.returncode == 0, done.stdout


def put(text):
    """Where commands put something of ours on the machine: what they install, copy, make, or append to."""
    found = set()
    for command in re.split(r"&&|\|\||[;|\n]", text.replace("\\\n", " ")):
        found |= set(re.findall(r">>?\s*(/[\w./-]+)", command))
        words = command.split("#")[0].split()
        if not words or words[0] not in ["install", "cp", "mkdir"]:
            continue
        paths, options = [], iter(words[1:])
        for word in options:
            if word in ["-m", "-o", "-g"]:
                next(options)
            elif not word.startswith("-"):
                paths.append(word)
        if words[0] == "mkdir" or "-d" in words:
            found |= set(paths)
        elif paths[-1].endswith("/"):
            sources = [path for name in paths[:-1] for path in sorted(ROOT.glob(name)) or [pathlib.Path(name)]]
            found |= {paths[-1] + source.name for source in sources}
        else:
            found.add(paths[-1])
    return {path for path in found if path.startswith("/") and not path.startswith("/root/")}


def is_removed(path, removed):
    return any(fnmatch.fnmatch(path, gone) or path.startswith(gone + "/") for gone in removed)


def test_every_file_that_is_installed_is_in_the_tree_and_is_removed_again():
    everything = "".join(text for _, _, text in blocks())
    uninstall = commands("## Uninstall")
    for source in re.findall(r"(?<=[ ])deploy/[\w./*-]+", everything):
        assert list(ROOT.glob(source)), source
    removed = re.findall(r"/[\w./*-]+", "\n".join(re.findall(r"^rm .*$", uninstall, re.MULTILINE)))
    # What the guide has no command for: a file to be written, settings with a path outside the home.
    written = re.findall(r"in `(/etc/[\w./-]+)`", GUIDE) + re.findall(r"^POSTERN_\w+=(/[\w./-]+)$", everything, re.MULTILINE)
    installed = put(everything) | set(written)
    for known in ["/usr/local/bin/postern", "/usr/local/lib/systemd/system/postern-backup.timer", "/etc/fail2ban/jail.d/postern.conf",
                  "/etc/logrotate.d/postern", "/var/log/postern/refused", "/var/log/postern/checkpoints", "/var/lib/postern/postern.conf"]:
        assert known in installed, known
    for path in installed - {"/usr/local/lib/systemd/system"}:
        assert is_removed(path, removed), f"{path} is installed and not removed"
    for unit in ["postern.service.d", "postern-backup.timer.d"]:
        assert is_removed(f"/etc/systemd/system/{unit}", removed), f"what systemctl edit writes into {unit} is not removed"


def test_fail2ban_has_no_jail_any_more_when_its_log_is_removed():
    # It does not start where the log of a jail is missing.
    lines = commands("## Uninstall").splitlines()
    jail, reload, log = (next(number for number, line in enumerate(lines) if words in line)
                         for words in ["/etc/fail2ban/jail.d/postern.conf", "systemctl reload fail2ban", "/var/log/postern"])
    assert jail <= log and jail < reload


def test_both_files_outside_the_home_can_be_in_one_folder():
    # The vault's user must get into it; root's file has a mode of its own.
    made = re.findall(r"install -d ([^&\n]*/var/log/postern)", GUIDE)
    assert len(made) == 2 and set(made) == {"/var/log/postern"}
    assert "install -m 600 /dev/null /var/log/postern/refused" in GUIDE


def test_a_renewed_certificate_reaches_nginx():
    # certonly --webroot tells no web server.
    assert '--deploy-hook "systemctl reload nginx"' in commands("## Set up").replace("\\\n", " ")


def test_uninstalling_without_the_home_keeps_the_users_that_own_it():
    lines = commands("## Uninstall").splitlines()
    assert lines[-3].startswith("userdel") and lines[-1].startswith("rm -rf /var/lib/postern ")
    assert "leave out the last three lines" in " ".join(GUIDE.split())


def test_where_the_service_is_started_the_two_units_are_named():
    for line in re.findall(r"^.*systemctl (?:re)?start postern(?: .*)?$", GUIDE, re.MULTILINE):
        assert "postern-vault postern-relay" in line, line


def test_the_long_test_runs_every_proof():
    proofs = re.search(r"^# Usage: deploy/prove ([\w|]+)", (ROOT / "deploy/prove").read_text(), re.MULTILINE).group(1)
    run = re.search(r"for proof in (.+); do", (ROOT / "deploy/test").read_text()).group(1)
    assert sorted(proofs.split("|")) == sorted(run.split())


def test_every_attack_on_the_walls_names_tests_that_there_are():
    suites = {name for path in (ROOT / "Tests").rglob("*.swift")
              for name in re.findall(r"^(?:struct|final class) (\w+Tests)\b", path.read_text(), re.MULTILINE)}
    rows = [line for line in (ROOT / "deploy/proofs/walls.txt").read_text().splitlines() if line and not line.startswith("#")]
    for row in rows:
        named = set(re.findall(r"\b\w+Tests\b", row.partition(" | ")[2]))
        assert named and named <= suites, row


def test_every_setting_that_the_guide_names_is_in_the_example():
    example = (ROOT / "deploy/postern.conf.example").read_text()
    # Of the build, the tests and the shell.
    others = {"POSTERN_HOME", "POSTERN_TEMPLATES", "POSTERN_FUZZ_SECONDS", "POSTERN_COMMIT"}
    for name in set(re.findall(r"\bPOSTERN_[A-Z_]+[A-Z]\b", GUIDE)) - others:
        assert re.search(rf"\b{name}\b", example), name


def test_what_the_scripts_build_with_is_no_setting_of_what_they_start(tmp_path):
    swift = tmp_path / "swift"
    swift.write_text('#!/bin/sh\necho "${POSTERN_COMMIT:-none}" >>"$0.log"\n')
    swift.chmod(0o755)
    for given in [{}, {"POSTERN_COMMIT": "given"}]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("POSTERN")}
        done = subprocess.run(
            ["sh", "-euc", ". deploy/packages; build_programs; env"], cwd=ROOT, text=True, capture_output=True,
            env={**environment, **given, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
        assert done.returncode == 0, done.stderr
        assert "POSTERN_" not in done.stdout
        built = (tmp_path / "swift.log").read_text().splitlines()
        assert "none" not in built[:2] and ("given" in built) == bool(given)

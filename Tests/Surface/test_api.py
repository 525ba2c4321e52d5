"""The API does what its description says (requirement W5): thousands of generated requests, no server error, no answer that is
not described. POSTERN_TEST_CASES sets how many."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

from conftest import Installation

CHECKS = ",".join([
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance", "unsupported_method", "negative_data_rejection",
])
# The service refuses what the description excludes: too long a letter with 413, which schemathesis does not expect by default.
REFUSALS = """
[checks.negative_data_rejection]
expected-statuses = ["400", "404", "405", "413", "415", "422"]
"""
CASES = int(os.environ.get("POSTERN_TEST_CASES", "2000"))


LETTERS = ["--include-path", "/api/v1/sites/{site}/recipients/{handle}/letters", "--include-path", "/live", "--include-path",
           "/ready", "--include-path", "/privacy/{site}.json", "--include-path", "/api/v1/openapi.json"]
MEMBERS = ["--include-path", "/api/v1/sites/{site}/recipients", "--include-path", "/api/v1/sites/{site}/recipients/{handle}",
           "--include-path", "/api/v1/sites/{site}/invitations"]


def generate(postern, tmp_path, names, what, *arguments, cases=CASES // 2):
    """Runs schemathesis. Returns how many requests it made, all of which were answered as described."""
    # Only the names are configured: without them most requests end with "no such recipient".
    config = tmp_path / "schemathesis.toml"
    parameters = "[parameters]\n" + "".join(f'"path.{k}" = "{v}"\n' for k, v in names.items()) if names else ""
    config.write_text(parameters + REFUSALS)
    tool = pathlib.Path(sys.executable).parent / "schemathesis"
    done = subprocess.run(
        [tool, "--config-file", config, "run", f"{postern.url}/api/v1/openapi.json", "--max-examples", str(cases), *what,
         "--generation-database", "none", "--no-color", "--seed", "7", *arguments],
        capture_output=True, text=True, timeout=1800, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    generated = re.search(r"([\d,]+) generated, ([\d,]+) passed", done.stdout)
    assert generated, done.stdout[-2000:]
    count, passed = (int(g.replace(",", "")) for g in generated.groups())
    assert count == passed
    return count


@pytest.mark.parametrize("names", [{}, {"site": "photos", "handle": "pat"}], ids=["any recipient", "one that is there"])
def test_generated_requests_are_answered_as_described(postern, tmp_path, tell, names):
    count = generate(postern, tmp_path, names, LETTERS, "--checks", CHECKS)
    assert count >= CASES // 2, f"only {count} cases were generated"
    tell("schemathesis, " + ("a recipient that is there" if names else "any recipient"), f"{count} requests", "as described")


@pytest.fixture(scope="module")
def staging():
    """An installation whose vault seals as many addresses as it is asked to, and a token for its site."""
    installation = Installation(POSTERN_BUDGET_ENROL="off")
    installation.run("site", "add", "staging", "--name", "Staging")
    installation.run("recipient", "add", "kim", "--site", "staging", "--name", "Kim", "--confirmed", input="kim@private.example\n")
    token = installation.run("token", "add", "--site", "staging", "--scope", "recipients").strip()
    yield installation.start(), token
    installation.stop()


@pytest.mark.parametrize("names", [{"site": "staging"}, {"site": "staging", "handle": "kim"}], ids=["any member", "one that is there"])
def test_generated_requests_of_a_sites_programs_are_answered_as_described(staging, tmp_path, tell, names):
    postern, token = staging
    # Without a token, or with a wrong one, each of them is refused.
    count = generate(
        postern, tmp_path, names, MEMBERS, "--checks", CHECKS + ",ignored_auth", "--header", f"Authorization: Bearer {token}",
        cases=CASES // 4)
    assert count >= CASES // 4, f"only {count} cases were generated"
    tell("schemathesis, a site's programs, " + ("one member" if "handle" in names else "any member"), f"{count} requests",
         "as described")
    log = (postern.home / "serve.log").read_text(errors="replace")
    assert token not in log and token[8:] not in log


def test_metrics_are_what_prometheus_expects(postern):
    import urllib.request
    text = urllib.request.urlopen(f"http://127.0.0.1:{postern.staff_port}/metrics").read()
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert b"postern_queue_difference 0" in text

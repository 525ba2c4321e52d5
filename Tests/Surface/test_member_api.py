"""What a site's programs ask for its members, with a token, is answered as the API's description says (requirement W5)."""
import pytest

from conftest import Installation
from generated import CASES, CHECKS, generate

MEMBERS = ["--include-path", "/api/v1/sites/{site}/recipients", "--include-path", "/api/v1/sites/{site}/recipients/{handle}",
           "--include-path", "/api/v1/sites/{site}/invitations"]


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

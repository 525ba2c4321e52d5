"""The API does what its description says (requirement W5): thousands of generated requests, no server error, no answer that is
not described."""
import subprocess
import urllib.request

import pytest

from generated import CASES, CHECKS, generate

LETTERS = ["--include-path", "/api/v1/sites/{site}/recipients/{handle}/letters", "--include-path", "/live", "--include-path",
           "/ready", "--include-path", "/privacy/{site}.json", "--include-path", "/api/v1/openapi.json"]


@pytest.mark.parametrize("names", [{}, {"site": "photos", "handle": "pat"}], ids=["any recipient", "one that is there"])
def test_generated_requests_are_answered_as_described(postern, tmp_path, tell, names):
    count = generate(postern, tmp_path, names, LETTERS, "--checks", CHECKS)
    assert count >= CASES // 2, f"only {count} cases were generated"
    tell("schemathesis, " + ("a recipient that is there" if names else "any recipient"), f"{count} requests", "as described")


def test_metrics_are_what_prometheus_expects(postern):
    text = urllib.request.urlopen(f"http://127.0.0.1:{postern.staff_port}/metrics").read()
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert b"postern_queue_difference 0" in text

"""The API does what its description says (requirement W5): thousands of generated requests, no server error, no answer that is
not described. POSTERN_TEST_CASES sets how many."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

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


@pytest.mark.parametrize("names", [{}, {"site": "photos", "handle": "pat"}], ids=["any recipient", "one that is there"])
def test_generated_requests_are_answered_as_described(postern, tmp_path, tell, names):
    # Only the names are configured: without them most requests end with "no such recipient".
    config = tmp_path / "schemathesis.toml"
    parameters = "[parameters]\n" + "".join(f'"path.{k}" = "{v}"\n' for k, v in names.items()) if names else ""
    config.write_text(parameters + REFUSALS)
    tool = pathlib.Path(sys.executable).parent / "schemathesis"
    done = subprocess.run(
        [tool, "--config-file", config, "run", f"{postern.url}/api/v1/openapi.json", "--checks", CHECKS, "--max-examples",
         str(CASES // 2), "--generation-database", "none", "--no-color", "--seed", "7"],
        capture_output=True, text=True, timeout=1800, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    generated = re.search(r"([\d,]+) generated, ([\d,]+) passed", done.stdout)
    assert generated, done.stdout[-2000:]
    count, passed = (int(g.replace(",", "")) for g in generated.groups())
    assert count == passed
    assert count >= CASES // 2, f"only {count} cases were generated"
    tell("schemathesis, " + ("a recipient that is there" if names else "any recipient"), f"{count} requests", "as described")


def test_metrics_are_what_prometheus_expects(postern):
    import urllib.request
    text = urllib.request.urlopen(f"http://127.0.0.1:{postern.staff_port}/metrics").read()
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert b"postern_queue_difference 0" in text

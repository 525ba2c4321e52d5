"""Requests that schemathesis makes up from the API's description. POSTERN_TEST_CASES sets how many."""
import os
import pathlib
import re
import subprocess
import sys

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

"""schemathesis reads /openapi.json and tries everything that it allows, and what it does not, in all its phases."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugins.figures import Figure
from tests.plugins.repeatable import is_full_size
from tests.support.server import Api, clean_environment, make_organization, start_server

PHASES = "examples,coverage,fuzzing,stateful"
CHECKS = "not_a_server_error,response_schema_conformance,status_code_conformance,content_type_conformance"
CASES = 20_000 if is_full_size() else 1_500
EXAMPLES = 160 if is_full_size() else 3  # of each operation, in each phase that makes them up
# Their bodies are those of other operations again, or have a table of wrong values in tests of their own: the phase
# that tries each boundary of a body, some thousand cases for a document's, leaves them to the full size. The other
# phases call them at every size.
ALIKE = (
    "POST /v2/quotes", "POST /v2/recurring_invoices", "PATCH /v2/client_invoices/{id}", "PATCH /v2/quotes/{id}",
    "PATCH /v2/clients/{id}", "PATCH /v2/products/{id}", "PUT /v2/products/{id}", "PUT /v2/reminders/{id}",
    "POST /v2/credit_notes", "PATCH /v2/organization", "PATCH /v2/supplier_invoices/{id}", "POST /v2/clients",
    "POST /v2/reminders", "POST /v2/products",
)  # fmt: skip


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Api]:
    """A server of its own: what is tried here leaves thousands of things behind."""
    server = start_server(tmp_path / "data", "--no-jobs")
    try:
        yield Api(server, make_organization(server.data, "FR"))
    finally:
        server.stop()


def without_coverage(operation: str) -> str:
    """The part of schemathesis' settings that leaves an operation out of that phase."""
    return f'[[operations]]\ninclude-name = "{operation}"\nphases.coverage.enabled = false\n'


@pytest.mark.timeout(3600 if is_full_size() else 300)
def test_no_answer_is_a_bug_or_other_than_described(
    clients_python: Path, company: Api, tmp_path: Path, figure: Figure
) -> None:
    command = [
        str(clients_python.with_name("st")), "run", f"{company.server.url}/openapi.json",
        "--header", f"Authorization:{company.organization.api_key}", "--phases", PHASES, "--checks", CHECKS,
        "--max-examples", str(EXAMPLES), "--seed", "1", "--generation-database", "none", "--continue-on-failure",
        "--suppress-health-check", "all", "--request-timeout", "30", "--no-color", "--warnings", "off",
    ]  # fmt: skip
    (tmp_path / "schemathesis.toml").write_text("" if is_full_size() else "".join(map(without_coverage, ALIKE)))
    done = subprocess.run(
        command, cwd=tmp_path, env=clean_environment(), capture_output=True, text=True, timeout=3600, check=False
    )
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
    counted = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert counted, done.stdout[-3_000:]
    assert counted[1] == counted[2]
    assert int(counted[1]) >= CASES
    figure("R6", f"schemathesis: {PHASES}", int(counted[1]), "requests", "0 bugs, 0 answers other than described")

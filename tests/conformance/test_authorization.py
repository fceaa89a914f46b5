"""The conformance suite's authorization mode: our own server grants, and a person allows it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conformance import authorize, programs

SCENARIOS = ("authorization-server-metadata-endpoint", "authorization-code-grant")


def test_both_scenarios_pass_without_a_warning(tmp_path: Path) -> None:
    node, suite = programs.suite()

    code, said = authorize.run([node], suite, tmp_path / "data", "-o", str(tmp_path / "found"))

    assert [name for name in SCENARIOS if f"✓ {name}: " in said] == list(SCENARIOS), said
    assert code == 0
    # The summary counts no warnings: they stand in what it wrote down.
    found = [json.loads(file.read_text(encoding="utf-8")) for file in tmp_path.glob("found/*/checks.json")]
    assert len(found) == len(SCENARIOS)
    checks = [check for checks in found for check in checks]
    assert [check for check in checks if check["status"] not in ("SUCCESS", "INFO", "SKIPPED")] == []
    assert sum(check["status"] == "SUCCESS" for check in checks) >= 3

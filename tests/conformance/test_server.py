"""The conformance suite of the protocol's own project, in both eras, on the application that we ship."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.architecture.source import ROOT
from tests.conformance import programs
from tests.support.server import clean_environment, free_port

REVISIONS = {"2026-07-28": 37, "2025-11-25": 30}
# What needs an event stream, and in the older era a session: our endpoint has neither (see fixture_server).
NEED_STREAMS = {
    "2026-07-28": {"tools-call-with-progress"},
    "2025-11-25": {
        "tools-call-with-logging", "tools-call-with-progress", "tools-call-sampling", "tools-call-elicitation",
        "elicitation-sep1034-defaults", "elicitation-sep1330-enums",
    },
}  # fmt: skip
SECONDS = 60


@dataclass(frozen=True)
class Verdict:
    """What one run of the suite said. checks: by scenario."""

    exit_code: int
    output: str
    checks: dict[str, list[dict[str, Any]]]

    def faults(self, *, of: list[str]) -> dict[str, list[str]]:
        """What did not succeed, by scenario; a scenario that did not run has one too."""
        found = {}
        for scenario in of:
            checks = self.checks.get(scenario, [{"status": "FAILURE", "id": "did not run"}])
            faults = [f"{check['id']}: {check.get('errorMessage')}" for check in checks if _is_fault(check)]
            if faults:
                found[scenario] = faults
        return found


def _is_fault(check: dict[str, Any]) -> bool:
    return check["status"] not in ("SUCCESS", "INFO", "SKIPPED")


class Suite:
    """A fixture server and a run of the suite for each era, all at once: they mostly wait."""

    def __init__(self, folder: Path, *options: str) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "tests.conformance.fixture_server", str(folder / "data"), str(port), *options]
        self._log = folder / "server.log"
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env=clean_environment())
        self._runs: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Begins the runs, once the server answers."""
        deadline = time.monotonic() + SECONDS
        while not self._is_ready():
            assert self._server.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.05)
        for revision in REVISIONS:
            command = programs.suite(
                "server", "--url", f"{self.url}/mcp", "--requirements", revision, "-o", str(self._folder / revision)
            )
            self._runs[revision] = programs.start(command, self._folder / f"{revision}.log")

    def verdict(self, revision: str) -> Verdict:
        """Waits for a run, and reads what it found."""
        exit_code = self._runs[revision].wait(SECONDS)
        checks: dict[str, list[dict[str, Any]]] = {}
        for found in (self._folder / revision).glob("server-*/checks.json"):
            # server-SCENARIO-2026-11-23T21-46-21-644Z
            scenario = found.parent.name.removeprefix("server-")[: -len("-2026-11-23T21-46-21-644Z")]
            checks[scenario] = json.loads(found.read_text(encoding="utf-8"))
        return Verdict(exit_code, (self._folder / f"{revision}.log").read_text(encoding="utf-8"), checks)

    def stop(self) -> None:
        """Ends what still runs."""
        for process in (*self._runs.values(), self._server):
            if process.poll() is None:
                process.kill()
            process.wait(5)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def suites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Suite]]:
    """By configuration: "streams", and "ours" as it is served."""
    programs.suite()  # skips where the suite is missing, before anything is started
    folder = tmp_path_factory.mktemp("conformance")
    running = {"streams": Suite(folder / "streams", "--streams"), "ours": Suite(folder / "ours")}
    try:
        for suite in running.values():
            suite.start()
        yield running
    finally:
        for suite in running.values():
            suite.stop()


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_required_scenario_passes(suites: dict[str, Suite], revision: str) -> None:
    required = programs.required_scenarios(revision)
    assert len(required) == REVISIONS[revision]

    verdict = suites["streams"].verdict(revision)

    passed = [name for name in required if f"✓ {name}: " in verdict.output]
    assert (len(passed), verdict.exit_code) == (REVISIONS[revision], 0), verdict.output
    assert verdict.faults(of=required) == {}


@pytest.mark.parametrize("revision", REVISIONS)
def test_as_we_serve_it_only_what_needs_a_stream_is_lacking(suites: dict[str, Suite], revision: str) -> None:
    required = programs.required_scenarios(revision)

    verdict = suites["ours"].verdict(revision)

    assert {name for name in required if f"✗ {name}: " in verdict.output} == NEED_STREAMS[revision], verdict.output
    assert len([name for name in required if f"✓ {name}: " in verdict.output]) == (
        REVISIONS[revision] - len(NEED_STREAMS[revision])
    )

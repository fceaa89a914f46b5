"""Other people's programs for Node, which `make conformance` lays into .conformance by the lock file beside this."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.plugins.loud_skips import need_tool

FOLDER = ROOT / ".conformance"
_MODULES = FOLDER / "node_modules"
_SUITE = _MODULES / "@modelcontextprotocol/conformance"
_INSPECTOR = _MODULES / "@modelcontextprotocol/inspector/clients/launcher/build/index.js"


def suite(*arguments: str) -> list[str]:
    """The command line of the conformance suite."""
    return [_node(), str(_SUITE / "dist/index.js"), *arguments]


def inspector(*arguments: str) -> list[str]:
    """The command line of the Inspector, without its window."""
    return [_node(), str(_INSPECTOR), "--cli", *arguments]


def start(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Starts a program that writes into `log`."""
    environment = {**os.environ, "NO_COLOR": "1", "HOME": str(log.parent)}
    with log.open("wb") as output:
        return subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent, env=environment)


def run(command: list[str], folder: Path, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end; what it keeps in its user's home goes into `folder`."""
    environment = {**os.environ, "NO_COLOR": "1", "HOME": str(folder)}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, cwd=folder, env=environment, check=False
    )


def required_scenarios(revision: str) -> list[str]:
    """What the suite's own list says that a server of a revision must pass."""
    _node()
    scenarios: list[str] = []
    section = ""
    for line in (_SUITE / f"requirements/{revision}.yaml").read_text(encoding="utf-8").splitlines():
        if line and line[0].isalpha():
            section = line.rstrip(":")
        elif section == "server" and line.startswith("  - "):
            scenarios.append(line.removeprefix("  - "))
    return scenarios


def _node() -> str:
    """Node 22 of the lock file; skips the test, loudly, where npm could not lay it out."""
    for found in sorted(_MODULES.glob("node-*/bin/node")):
        return str(found)
    need_tool("npm")
    pytest.skip("needs .conformance, which `make conformance` lays out with npm")

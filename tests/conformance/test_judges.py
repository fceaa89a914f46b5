"""Judges of tool definitions, on the server that people run: the Inspector in both eras, and tdqs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from counterfoil.mcp.catalog import TOOLS
from tests.conformance import programs
from tests.support.server import Api

ERAS = ("legacy", "modern")
TDQS = str(Path(sys.executable).with_name("tdqs"))


def inspected(api: Api, era: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """What the Inspector got; it must have found no fault."""
    command = programs.inspector(
        f"{api.server.url}/mcp", "--transport", "http", "--protocol-era", era, "--format", "json",
        "--header", f"Authorization: {api.organization.api_key}", *arguments,
    )  # fmt: skip
    done = programs.run(command, folder)
    assert done.returncode == 0, done.stderr + done.stdout
    found: dict[str, Any] = json.loads(done.stdout)["result"]
    return found


@pytest.mark.parametrize("era", ERAS)
def test_the_inspector_finds_every_schema_portable(fr: Api, era: str, tmp_path: Path) -> None:
    listed = inspected(fr, era, tmp_path, "--method", "tools/list", "--strict")
    assert [tool["name"] for tool in listed["tools"]] == [tool.name for tool in TOOLS]


@pytest.mark.parametrize("era", ERAS)
def test_the_inspector_calls_a_tool(fr: Api, era: str, tmp_path: Path) -> None:
    answer = inspected(
        fr, era, tmp_path, "--method", "tools/call", "--tool-name", "get_organization", "--tool-args-json", "{}"
    )
    assert answer["structuredContent"]["organization"]["id"] == fr.organization.id


def test_tdqs_has_neither_an_error_nor_a_warning(fr: Api, tmp_path: Path) -> None:
    header = f"Authorization: {fr.organization.api_key}"
    command = [TDQS, "lint", "--url", f"{fr.server.url}/mcp", "--header", header, "--fail-on", "warning"]
    done = programs.run(command, tmp_path)
    assert f"· {len(TOOLS)} tools ·" in done.stdout, done.stderr
    assert "\n0 errors, 0 warnings," in done.stdout, done.stdout
    assert done.returncode == 0

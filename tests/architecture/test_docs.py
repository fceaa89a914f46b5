"""What users can set, type or call stands in the docs: a setting, command or route without a word there fails."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
import typer.main

from counterfoil.cli.main import app
from counterfoil.rest.api import ROUTES
from counterfoil.settings import Settings
from tests.architecture.source import ROOT

OPERATE = ROOT / "docs" / "operate.md"


def api_docs() -> str:
    """The API's pages as one text, without table bars and code marks: "POST /v2/clients" is found however it is set."""
    pages = sorted((ROOT / "docs" / "api").rglob("*.md"))
    return re.sub(r"[|`\s]+", " ", "\n".join(page.read_text(encoding="utf-8") for page in pages))


def commands(command: Any, path: str) -> list[str]:
    """The full names of the commands below `command`, which is of whatever click typer carries."""
    group = getattr(command, "commands", None)
    if group is None:
        return [path]
    below = [(name, child) for name, child in group.items() if not child.hidden]
    itself = [path] if command.invoke_without_command else []  # `counterfoil mcp`, beside `counterfoil mcp install`
    return itself + [found for name, child in below for found in commands(child, f"{path} {name}")]


def test_every_setting_is_documented_and_no_other() -> None:
    wanted = {f"COUNTERFOIL_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"^\| `(COUNTERFOIL_[A-Z_]+)`", OPERATE.read_text(), re.MULTILINE)) == wanted


def test_every_command_is_documented_and_no_other() -> None:
    wanted = set(commands(typer.main.get_command(app), "counterfoil"))
    assert "counterfoil serve" in wanted
    assert set(re.findall(r"^\| `(counterfoil [a-z -]+)`", OPERATE.read_text(), re.MULTILINE)) == wanted


def test_every_route_is_documented() -> None:
    docs = api_docs()
    served = [f"{route.method} {route.path}" for route in ROUTES]
    assert served
    assert [route for route in served if route not in docs] == []


def test_a_route_without_a_scope_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="no scope"):
        dataclasses.replace(ROUTES[0], scope="")

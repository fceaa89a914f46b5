"""What users can set, type or call stands in the docs: a setting, command or route without a word there fails."""

from __future__ import annotations

import re
from functools import cache

import click
import pytest
import typer.main

from tests.architecture.source import ROOT

OPERATE = ROOT / "docs" / "operate.md"


@cache
def api_docs() -> str:
    pages = [*(ROOT / "docs" / "api").rglob("*.md"), OPERATE, ROOT / "docs" / "agents.md", ROOT / "docs" / "start.md"]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages if page.is_file())


def commands(command: click.Command, path: str) -> list[str]:
    """The full names of the commands below `command` that a person can run."""
    if not isinstance(command, click.Group):
        return [path]
    below = [(name, child) for name, child in command.commands.items() if not child.hidden]
    return [found for name, child in below for found in commands(child, f"{path} {name}")]


def test_every_setting_is_documented_and_no_other() -> None:
    settings = pytest.importorskip("counterfoil.settings", reason="settings are not written yet").Settings
    wanted = {f"COUNTERFOIL_{name.upper()}" for name in settings.model_fields}
    assert set(re.findall(r"^\| `(COUNTERFOIL_[A-Z_]+)`", OPERATE.read_text(), re.MULTILINE)) == wanted


def test_every_command_is_documented_and_no_other() -> None:
    app = pytest.importorskip("counterfoil.cli.main", reason="the command is not written yet").app
    wanted = set(commands(typer.main.get_command(app), "counterfoil"))
    assert set(re.findall(r"^\| `(counterfoil [a-z -]+)`", OPERATE.read_text(), re.MULTILINE)) == wanted

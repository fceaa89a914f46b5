"""What users can set, type or call stands in the docs: a setting, command or route without a word there fails."""

from __future__ import annotations

import importlib
import pkgutil
import re
from types import SimpleNamespace
from typing import Any, cast

import typer.main

import counterfoil.rest
from counterfoil.cli.main import app
from counterfoil.rest.calls import Doors, Routes
from counterfoil.settings import Settings
from tests.architecture.source import ROOT

OPERATE = ROOT / "docs" / "operate.md"


def api_docs() -> str:
    """The API's pages as one text, without table bars and code marks: "POST /v2/clients" is found however it is set."""
    pages = sorted((ROOT / "docs" / "api").rglob("*.md"))
    return re.sub(r"[|`\s]+", " ", "\n".join(page.read_text(encoding="utf-8") for page in pages))


def served_routes() -> dict[tuple[str, str], str]:
    """The scope of each (method, path) that the REST door serves."""
    doors = SimpleNamespace(settings=Settings())
    routes = Routes(cast(Doors, doors))
    for found in pkgutil.iter_modules(counterfoil.rest.__path__, "counterfoil.rest."):
        register = getattr(importlib.import_module(found.name), "register", None)
        if register is not None:
            register(routes)
    return routes.scopes


def commands(command: Any, path: str) -> list[str]:
    """The full names of the commands below `command`, which is of whatever click typer carries."""
    group = getattr(command, "commands", None)
    if group is None:
        return [path]
    below = [(name, child) for name, child in group.items() if not child.hidden]
    return [found for name, child in below for found in commands(child, f"{path} {name}")]


def test_every_setting_is_documented_and_no_other() -> None:
    wanted = {f"COUNTERFOIL_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"^\| `(COUNTERFOIL_[A-Z_]+)`", OPERATE.read_text(), re.MULTILINE)) == wanted


def test_every_command_is_documented_and_no_other() -> None:
    wanted = set(commands(typer.main.get_command(app), "counterfoil"))
    assert "counterfoil serve" in wanted
    assert set(re.findall(r"^\| `(counterfoil [a-z -]+)`", OPERATE.read_text(), re.MULTILINE)) == wanted


def test_every_route_is_documented() -> None:
    docs = api_docs()
    assert [f"{method} {path}" for method, path in served_routes() if f"{method} {path}" not in docs] == []


def test_every_route_has_a_scope() -> None:
    scopes = served_routes()
    assert scopes
    assert [route for route, scope in scopes.items() if not scope] == []

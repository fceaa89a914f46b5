"""Short files and functions, with a ratchet for what was once too long: its number may only shrink."""

from __future__ import annotations

import ast
import tomllib

from tests.architecture.source import ROOT, Function, functions, layer, python_files, shown

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 50
DOOR_BODY_LINES_MAX = 12
RATCHET = ROOT / "tests" / "architecture" / "ratchet.toml"
# A migration lists tables and columns, and is never changed again: its length says nothing.
DATA = "src/counterfoil/store/migrations/versions/"
OWN_CODE = ("src", "tests", "bench")
ROUTE_DECORATORS = {"get", "post", "put", "patch", "delete", "head", "route", "api_route"}


def held_against(found: dict[str, int], allowed: dict[str, int], limit: int) -> list[str]:
    """What is wrong with `found` (name to lines): over the limit and not listed, grown, or shorter than listed."""
    over = {name: lines for name, lines in found.items() if lines > limit}
    grown = [
        f"{name}: {lines} lines, limit {allowed.get(name, limit)}"
        for name, lines in over.items()
        if lines > allowed.get(name, limit)
    ]
    stale = [
        f"{name}: listed with {lines}, now {found.get(name, 0)}: lower or remove it in {shown(RATCHET)}"
        for name, lines in allowed.items()
        if over.get(name, 0) < lines
    ]
    return grown + stale


def listed(kind: str) -> dict[str, int]:
    return {str(name): int(lines) for name, lines in tomllib.loads(RATCHET.read_text())[kind].items()}


def test_files_are_short() -> None:
    found = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*OWN_CODE)}
    assert held_against(found, listed("files"), FILE_LINES_MAX) == []


def test_functions_are_short() -> None:
    found = {
        f"{function.path}::{function.name}": function.line_count
        for path in python_files(*OWN_CODE)
        for function in functions(path)
        if not function.path.startswith(DATA)
    }
    assert held_against(found, listed("functions"), FUNCTION_LINES_MAX) == []


def test_a_doors_body_is_a_few_lines() -> None:
    doors = [
        function
        for door in ("rest", "web")
        for path in layer(door)
        for function in functions(path)
        if is_route(function)
    ]
    found = {f"{function.path}::{function.name}": function.body_line_count for function in doors}
    assert found
    assert held_against(found, {}, DOOR_BODY_LINES_MAX) == []


def is_route(function: Function) -> bool:
    """Whether a function answers requests: it is given a `Call`, or is decorated with a method of a router."""
    called = [node.func if isinstance(node, ast.Call) else node for node in function.node.decorator_list]
    names = {node.attr for node in called if isinstance(node, ast.Attribute)}
    first = function.node.args.args[0].annotation if function.node.args.args else None
    is_handler = function.is_public and isinstance(first, ast.Name) and first.id == "Call"
    return is_handler or bool(names & ROUTE_DECORATORS)


def test_the_ratchet_refuses_growth_novelty_and_stale_numbers() -> None:
    allowed = {"old": 60}
    assert held_against({"old": 60, "short": 50}, allowed, 50) == []
    assert held_against({"old": 61}, allowed, 50) == ["old: 61 lines, limit 60"]
    assert len(held_against({"old": 60, "new": 51}, allowed, 50)) == 1
    assert len(held_against({"old": 55}, allowed, 50)) == 1
    assert len(held_against({}, allowed, 50)) == 1

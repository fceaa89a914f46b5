"""Money is exact, and the inner layers know neither the time nor chance nor the network.

import-linter (pyproject.toml) checks which modules a layer imports; these tests check what it does with those that
are allowed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.architecture.source import layer, shown

MONEY_LAYERS = ("domain", "formats", "operations")
INNER_LAYERS = ("domain", "formats", "operations")
CLOCK_AND_CHANCE = {"now", "today", "utcnow", "uuid1", "uuid4", "uuid7", "urandom", "token_hex", "token_urlsafe"}
# Built-in round() rounds half to even, and makes an int of a Decimal.
INEXACT_NAMES = {"float", "round"}


def inexact(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, what) of each use of binary floating point or of the built-in round()."""
    annotations = {id(part) for node in ast.walk(tree) for part in _annotation_parts(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, f"the float {node.value}"
        elif isinstance(node, ast.Name) and node.id in INEXACT_NAMES and id(node) not in annotations:
            yield node.lineno, f"{node.id}()"


def asks_the_world(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, what) of each call that reads a clock or draws a random value."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = node.func.value
        names = {part.id for part in ast.walk(owner) if isinstance(part, ast.Name)}
        if node.func.attr in CLOCK_AND_CHANCE and names & {"datetime", "date", "dt", "uuid", "os", "secrets", "time"}:
            yield node.lineno, f"{node.func.attr}()"


def _annotation_parts(node: ast.AST) -> Iterator[ast.AST]:
    for name in ("annotation", "returns"):
        annotation = getattr(node, name, None)
        if isinstance(annotation, ast.AST):
            yield from ast.walk(annotation)


def found_in(path: Path, check: Callable[[ast.AST], Iterable[tuple[int, str]]]) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [f"{shown(path)}:{line}: {what}" for line, what in check(tree)]


@pytest.mark.parametrize("name", MONEY_LAYERS)
def test_no_float_touches_money(name: str) -> None:
    assert [fault for path in layer(name) for fault in found_in(path, inexact)] == []


@pytest.mark.parametrize("name", INNER_LAYERS)
def test_the_inner_layers_ask_neither_clock_nor_chance(name: str) -> None:
    assert [fault for path in layer(name) for fault in found_in(path, asks_the_world)] == []


@pytest.mark.parametrize("source", ["x = 0.5", "y = float('1')", "z = round(total, 2)", "list(map(float, rates))"])
def test_floats_would_be_seen(source: str) -> None:
    assert list(inexact(ast.parse(source)))


@pytest.mark.parametrize("source", ["date.today()", "datetime.datetime.now(UTC)", "uuid.uuid4()", "os.urandom(8)"])
def test_clock_and_chance_would_be_seen(source: str) -> None:
    assert list(asks_the_world(ast.parse(source)))


def test_what_work_gives_is_not_mistaken_for_the_clock() -> None:
    assert list(asks_the_world(ast.parse("work.today(); work.now(); work.clock.now()"))) == []

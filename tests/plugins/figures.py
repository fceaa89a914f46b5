"""Figures: what a test did and found, for docs/guarantees/figures.md. `make reliability` asks for them.

A test takes the fixture `figure` and calls it once its assertions have passed, once for each thing it showed:

    def test_killed_writers_leave_no_gap(figure: Figure) -> None:
        ...
        figure("R1", "kill -9 of one of 8 writers", KILLS, "kills", "0 gaps, 0 doubles, 0 acknowledged lost")

Row of the table, what was done, how often, of what, and what came of it. The test's name is then added to its row in
tests/reliability/figures.py (ROWS): so a test that failed or did not run is seen too. Whatever is drawn at random is
drawn from `chance(…)`, so that the table's seed repeats it.

Every process of a run writes a file of its own, one JSON line a test; nothing is written without COUNTERFOIL_FIGURES.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Generator
from pathlib import Path
from typing import Any, Protocol

import pytest

FOLDER = "COUNTERFOIL_FIGURES"
SEED = "COUNTERFOIL_TEST_SEED"
_figures = pytest.StashKey[list[dict[str, Any]]]()


class Figure(Protocol):
    """Writes down what was shown. row: R1 to R15; count: how many of `unit`; result: in a few words."""

    def __call__(self, row: str, did: str, count: int, unit: str, result: str) -> None: ...


def run_seed() -> int:
    """The seed of this run: the same one each time, unless COUNTERFOIL_TEST_SEED says another."""
    return int(os.environ.get(SEED, "20261123"))


def chance(own: object) -> random.Random:
    """A source of random numbers of one's own, the same for the same seed of the run."""
    return random.Random(f"{run_seed()} {own}")


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Keeps figures of this test; see the module's text."""
    kept: list[dict[str, Any]] = []
    request.node.stash[_figures] = kept

    def keep(row: str, did: str, count: int, unit: str, result: str) -> None:
        kept.append({"row": row, "did": did, "count": count, "unit": unit, "result": result})

    return keep


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    folder = os.environ.get(FOLDER)
    if folder and (report.when == "call" or report.outcome != "passed"):
        _write(Path(folder), item, report)
    return report


def _write(folder: Path, item: pytest.Item, report: pytest.TestReport) -> None:
    line = {
        "test": item.nodeid, "outcome": report.outcome, "seconds": report.duration,
        "figures": item.stash.get(_figures, []),
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")

"""The page of figures: every promise has its row and its test, and what was not shown does not look as if it were."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.reliability.figures import PAGE, ROOT, ROWS, lines_of, page

KILL = ROWS["R1"].tests[0]


def record(outcome: str, **figure: Any) -> dict[str, Any]:
    return {"test": KILL, "outcome": outcome, "seconds": 1.5, "figures": [figure] if figure else []}


def test_the_page_has_every_row_and_names_its_tests() -> None:
    told = PAGE.read_text(encoding="utf-8")
    for row in [f"R{number}" for number in range(1, 16)]:
        lines = [line for line in told.splitlines() if line.startswith(f"| {row} |")]
        assert lines, row
        assert all(re.search(r"`tests/[\w/]+\.py(::test_[^`]+)?` \|$", line) for line in lines), lines
    for words in ("date: 20", "commit: ", "seed: ", "size: "):
        assert f"- {words}" in told


@pytest.mark.parametrize("test", sorted({test for row in ROWS.values() for test in row.tests}))
def test_each_test_that_a_row_names_exists(test: str) -> None:
    path, _, name = test.partition("::")
    assert (ROOT / path).is_file()
    assert not name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_what_failed_or_did_not_run_is_said() -> None:
    shown = record("passed", row="R1", did="kill -9", count=2000, unit="kills", result="0 gaps")

    assert "| kill -9 | 2,000 kills | 0 gaps | 2 |" in next(iter(lines_of("R1", [shown])))
    assert "**FAILED**" in next(iter(lines_of("R1", [record("failed")])))
    assert "**skipped**" in next(iter(lines_of("R1", [record("skipped")])))
    assert "**did not run**" in next(iter(lines_of("R1", [])))


def test_a_small_run_says_that_it_is_one() -> None:
    assert "size: small size" in page([], is_full=False)
    assert "size: full size" in page([], is_full=True)

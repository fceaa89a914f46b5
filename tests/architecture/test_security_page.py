"""docs/guarantees/security.md names a test for each attack, and each of those tests exists."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.architecture.source import ROOT

PAGE = ROOT / "docs" / "guarantees" / "security.md"
_TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")


def rows() -> list[str]:
    """The rows of the page's tables, without their heads."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [line for number, line in enumerate(lines) if not re.fullmatch(r"[|-]+", line)
            and not (number + 1 < len(lines) and re.fullmatch(r"[|-]+", lines[number + 1]))]  # fmt: skip


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of the tests of a file, methods of classes too."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds) and node.name.startswith("test_"))


def test_every_row_names_a_test() -> None:
    assert len(rows()) > 35
    assert [row[:60] for row in rows() if not _TEST.search(row)] == []


def test_every_named_test_exists() -> None:
    named = _TEST.findall(PAGE.read_text(encoding="utf-8"))
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []


@pytest.mark.parametrize("item", [f"API{number} " for number in range(1, 11)])
def test_every_item_of_the_top_ten_is_there(item: str) -> None:
    assert [row for row in rows() if row.startswith(f"| {item}")]


def test_the_cves_of_this_kind_of_product_are_there() -> None:
    """A row that is lost is missed here."""
    known = (
        "CVE-2026-55610", "CVE-2026-28685", "CVE-2026-10215", "CVE-2026-31017", "GHSA-j89p", "GHSA-mfxg", "GHSA-pf6p",
        "CVE-2026-26801", "CVE-2022-35583", "CVE-2026-23491", "CVE-2026-25548", "CVE-2024-55555", "CVE-2024-55556",
        "CVE-2025-69210", "CVE-2021-29023", "CVE-2026-7688", "GHSA-36mm", "GHSA-3jh7",
    )  # fmt: skip
    page = PAGE.read_text(encoding="utf-8")
    assert [each for each in known if each not in page] == []

"""Every operation of the API that clients are written for is here, with every field, and the page says so."""

from __future__ import annotations

import pytest

from tests.contract import compatibility, route_table
from tests.contract.compatibility import CHOSEN, compare, operations

OPERATIONS = [(method, path) for method, path, _ in operations()]


def test_the_facts_are_whole() -> None:
    assert len(OPERATIONS) == 61
    assert set(OPERATIONS) >= set(CHOSEN)


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{m.upper()} {p}" for m, p in OPERATIONS])
def test_the_operation_is_served_with_every_field(method: str, path: str) -> None:
    found = compare(method, path)
    assert found.is_served
    assert found.missing == []


def test_the_page_says_what_is_so() -> None:
    assert compatibility.PAGE.read_text(encoding="utf-8") == compatibility.page(), (
        "run: .venv/bin/python -m tests.contract.compatibility"
    )


def test_the_table_of_routes_is_whole() -> None:
    assert route_table.PAGE.read_text(encoding="utf-8") == route_table.page(), (
        "run: .venv/bin/python -m tests.contract.route_table"
    )

"""Named spans of days, from days where they are easily wrong."""

from __future__ import annotations

from datetime import date

import pytest

from counterfoil.domain import day_ranges


@pytest.mark.parametrize(
    ("name", "today", "first", "last"),
    [
        ("today", "2026-03-01", "2026-03-01", "2026-03-01"),
        ("yesterday", "2026-03-01", "2026-02-28", "2026-02-28"),
        ("yesterday", "2026-01-01", "2025-12-31", "2025-12-31"),
        ("this_week", "2026-03-02", "2026-03-02", "2026-03-08"),  # a Monday
        ("this_week", "2026-03-01", "2026-02-23", "2026-03-01"),  # a Sunday
        ("past_week", "2026-03-02", "2026-02-23", "2026-03-01"),
        ("this_month", "2024-02-10", "2024-02-01", "2024-02-29"),
        ("this_month", "2026-12-31", "2026-12-01", "2026-12-31"),
        ("past_month", "2026-03-31", "2026-02-01", "2026-02-28"),
        ("past_month", "2026-01-15", "2025-12-01", "2025-12-31"),
    ],
)
def test_a_span_begins_and_ends_where_the_calendar_says(name: str, today: str, first: str, last: str) -> None:
    found = day_ranges.span(name, date.fromisoformat(today))
    assert found == (date.fromisoformat(first), date.fromisoformat(last))

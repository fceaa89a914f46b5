"""Spans of days that have a name: "this_week" seen from a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

Span = tuple[date, date]
_DAY = timedelta(days=1)


def _week(day: date) -> Span:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _month(day: date) -> Span:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - _DAY


# Weeks begin on Monday (ISO 8601); a past week or month is the calendar's, not the last seven or thirty days.
_SPANS: Final[Mapping[str, Callable[[date], Span]]] = MappingProxyType(
    {
        "today": lambda today: (today, today),
        "yesterday": lambda today: (today - _DAY, today - _DAY),
        "this_week": _week,
        "past_week": lambda today: _week(today - timedelta(days=7)),
        "this_month": _month,
        "past_month": lambda today: _month(today.replace(day=1) - _DAY),
    }
)
NAMES: Final = tuple(_SPANS)


def span(name: str, today: date) -> Span:
    """The first and last day of the span, both within it. name: one of NAMES."""
    return _SPANS[name](today)

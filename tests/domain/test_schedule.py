"""Days of a schedule: month ends and leap days come back, nothing drifts, no period is left out or doubled."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from counterfoil.domain.schedule import Frequency, Recurrence, index_from, period_date

STARTS = st.dates(date(1970, 1, 1), date(2199, 12, 31))
FREQUENCIES = st.builds(Frequency, value=st.integers(1, 24), recurrence=st.sampled_from(get_args(Recurrence)))
BY_MONTH = st.builds(
    Frequency, value=st.integers(1, 24), recurrence=st.sampled_from(["monthly", "quarterly", "yearly"])
)
INDEXES = st.integers(0, 200)


def days(start: str, recurrence: str, count: int, value: int = 1) -> list[str]:
    frequency = Frequency.model_validate({"value": value, "recurrence": recurrence})
    return [period_date(date.fromisoformat(start), frequency, n).isoformat() for n in range(count)]


def test_a_month_end_comes_back_after_a_short_month() -> None:
    assert days("2027-01-31", "monthly", 5) == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]
    assert days("2028-01-31", "monthly", 3) == ["2028-01-31", "2028-02-29", "2028-03-31"]


def test_a_leap_day_comes_back_in_the_next_leap_year() -> None:
    assert days("2024-02-29", "yearly", 5) == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]
    assert days("2096-02-29", "yearly", 3, value=4) == ["2096-02-29", "2100-02-28", "2104-02-29"]


def test_each_recurrence_has_its_step() -> None:
    assert days("2026-11-30", "daily", 2, value=3) == ["2026-11-30", "2026-12-03"]
    assert days("2026-12-28", "weekly", 2, value=2) == ["2026-12-28", "2027-01-11"]
    assert days("2026-11-30", "monthly", 3, value=3) == days("2026-11-30", "quarterly", 3)
    assert days("2026-11-30", "quarterly", 2) == ["2026-11-30", "2027-02-28"]


@pytest.mark.parametrize(
    ("word", "meant"), [("month", "monthly"), ("Monthly", "monthly"), ("annually", "yearly"), ("weeks", "weekly")]
)
def test_other_words_for_a_recurrence_are_understood(word: str, meant: str) -> None:
    assert Frequency.model_validate({"recurrence": word}) == Frequency(value=1, recurrence=meant)


@pytest.mark.parametrize("body", [{}, {"recurrence": "sometimes"}, {"recurrence": 1}, {"recurrence": None}])
def test_what_is_no_recurrence_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Frequency.model_validate(body)


@pytest.mark.parametrize("value", [0, -1, 367, "1", True, 1.5])
def test_a_frequency_counts_whole_steps(value: object) -> None:
    with pytest.raises(ValidationError):
        Frequency.model_validate({"value": value, "recurrence": "monthly"})


@given(STARTS, BY_MONTH, INDEXES)
def test_every_period_has_the_day_of_the_start_or_its_months_last(
    start: date, frequency: Frequency, index: int
) -> None:
    day = period_date(start, frequency, index)
    assert day.day == min(start.day, monthrange(day.year, day.month)[1])


@given(STARTS, FREQUENCIES, INDEXES)
def test_periods_follow_one_another_evenly(start: date, frequency: Frequency, index: int) -> None:
    before, after = period_date(start, frequency, index), period_date(start, frequency, index + 1)
    assert before < after
    shortest = {"daily": 1, "weekly": 7, "monthly": 28, "quarterly": 89, "yearly": 365}[frequency.recurrence]
    assert shortest * frequency.value <= (after - before).days <= (shortest + 3) * frequency.value


@given(STARTS, FREQUENCIES, st.integers(-400, 40_000))
def test_the_first_period_from_a_day_is_neither_before_it_nor_one_too_late(
    start: date, frequency: Frequency, offset: int
) -> None:
    day = start + timedelta(days=offset)
    index = index_from(start, frequency, day)
    assert period_date(start, frequency, index) >= day
    assert index == 0 or period_date(start, frequency, index - 1) < day


@given(STARTS, FREQUENCIES)
def test_going_on_from_each_period_meets_each_once(start: date, frequency: Frequency) -> None:
    listed = [period_date(start, frequency, n) for n in range(30)]
    assert [index_from(start, frequency, day) for day in listed] == list(range(30))
    assert [index_from(start, frequency, day + timedelta(days=1)) for day in listed] == list(range(1, 31))
    assert all(before < after for before, after in pairwise(listed))


def test_the_calendar_ends() -> None:
    with pytest.raises(OverflowError):
        period_date(date(2199, 12, 31), Frequency(value=366, recurrence="yearly"), 30)

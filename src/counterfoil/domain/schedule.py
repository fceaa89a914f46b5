"""On which days something that repeats falls due. Calendar days only: whose day it is now, the caller knows."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Recurrence = Literal["daily", "weekly", "monthly", "quarterly", "yearly"]

_DAYS: Final = {"daily": 1, "weekly": 7}
_MONTHS: Final = {"monthly": 1, "quarterly": 3, "yearly": 12}
# Other words for the same, as other programs of this kind write them.
_ALIASES: Final = {
    "day": "daily", "days": "daily", "week": "weekly", "weeks": "weekly", "month": "monthly", "months": "monthly",
    "quarter": "quarterly", "quarters": "quarterly", "year": "yearly", "years": "yearly", "annual": "yearly",
    "annually": "yearly",
}  # fmt: skip


def _recurrence(value: object) -> object:
    """The word as we answer it; what is none is left for its own refusal."""
    return _ALIASES.get(value.lower(), value.lower()) if isinstance(value, str) else value


class Frequency(BaseModel):
    """How often: every `value` days, weeks, months, quarters or years; {"value": 1, "recurrence": "monthly"}."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    value: Annotated[int, Field(strict=True, ge=1, le=366)] = 1
    recurrence: Annotated[Recurrence, BeforeValidator(_recurrence)]


def period_date(start: date, frequency: Frequency, index: int) -> date:
    """The day of the period `index`, which counts from 0 at `start`.

    Months and years are counted from `start` and not from the day before, so that a short month does not move the
    later ones: from 31 January monthly comes 28 February and then 31 March. Raises OverflowError past the year 9999.
    """
    if days := _DAYS.get(frequency.recurrence):
        return start + timedelta(days=days * frequency.value * index)
    months = start.year * 12 + start.month - 1 + _MONTHS[frequency.recurrence] * frequency.value * index
    year, month = months // 12, months % 12 + 1
    if year > date.max.year:
        raise OverflowError("the calendar ends with the year 9999")
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def index_from(start: date, frequency: Frequency, day: date) -> int:
    """The first period whose day is `day` or later."""
    if day <= start:
        return 0
    if days := _DAYS.get(frequency.recurrence):
        return -(-(day - start).days // (days * frequency.value))
    step = _MONTHS[frequency.recurrence] * frequency.value
    index = ((day.year - start.year) * 12 + day.month - start.month) // step
    # The period of that month may still lie before the day, never two of them.
    return index if period_date(start, frequency, index) >= day else index + 1

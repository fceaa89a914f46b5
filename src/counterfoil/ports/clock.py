"""Time, as a port: operations never ask the machine themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time; `now` is aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def day_in(zone: str, moment: datetime) -> date:
    """The calendar day of `moment` (aware) in the IANA time zone `zone`."""
    return moment.astimezone(_zone(zone)).date()


def timestamp(moment: datetime) -> str:
    """`moment` (aware) as the store and the wire write it: UTC, milliseconds, "Z"; 24 characters, sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"

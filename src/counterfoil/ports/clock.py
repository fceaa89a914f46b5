"""Time, as a port: operations never ask the machine themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
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


class SettableClock:
    """The sandbox's clock: it begins at `start`, goes on as fast as time does, and can be set to any moment.

    It does not stand still, because jobs wait by it: a PDF that is due in 250 ms would never be made.
    """

    def __init__(self, start: datetime) -> None:
        self.start = start.astimezone(UTC)
        self._step: timedelta | None = None
        # One attribute, so that a thread never sees a new moment beside an old mark.
        self._set_at = (self.start, time.monotonic())

    def now(self) -> datetime:
        moment, mark = self._set_at
        if self._step is None:
            return moment + timedelta(seconds=time.monotonic() - mark)
        self.set(moment + self._step)
        return moment + self._step

    def set(self, moment: datetime) -> None:
        """Goes on from `moment` (aware)."""
        self._set_at = (moment.astimezone(UTC), time.monotonic())

    @contextmanager
    def stepping(self, step: timedelta = timedelta(milliseconds=1)) -> Iterator[None]:
        """Inside the block it goes on by `step` with each look and not otherwise: the same in every run."""
        self._step = step
        try:
            yield
        finally:
            self._step = None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def day_in(zone: str, moment: datetime) -> date:
    """The calendar day of `moment` (aware) in the IANA time zone `zone`."""
    return moment.astimezone(_zone(zone)).date()


def timestamp(moment: datetime) -> str:
    """`moment` (aware) as the store and the wire write it: UTC, milliseconds, "Z"; 24 characters, sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"

"""A process that ticks until it is killed: main(directory, clock, url). After each tick it writes "tick" to its output.

url: of a database on PostgreSQL; without it, the directory's own.

The clock is a file that says what time it is, for all processes alike: it goes on, and jumps both ways.
"""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from counterfoil.house import House
from counterfoil.jobs.scheduler import Scheduler
from counterfoil.settings import Settings
from tests.support.houses import open_house


class FileClock:
    """Tells the time that a file says, give or take what this machine's own clock is wrong by."""

    def __init__(self, path: Path, error: timedelta = timedelta(0)) -> None:
        self._path = path
        self._error = error

    def now(self) -> datetime:
        return datetime.fromtimestamp(float(self._path.read_text()), UTC) + self._error

    def set(self, moment: datetime) -> None:
        beside = self._path.with_suffix(".new")
        beside.write_text(str(moment.timestamp()))
        beside.replace(self._path)


def main(directory: str, clock: str, url: str = "") -> None:
    error = timedelta(minutes=random.Random(os.getpid()).uniform(-600, 600))
    own = FileClock(Path(clock), error)
    house = (
        House(Settings(data=Path(directory), database_url=url), clock=own) if url else open_house(Path(directory), own)
    )
    scheduler = Scheduler(house.works)
    os.write(1, b"ready\n")
    while True:
        scheduler.tick()
        os.write(1, b"tick\n")

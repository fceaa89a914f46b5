"""A process that upgrades the database of a data directory, and says so when it is done: main(place).

place: a file that names the directory, read anew each time.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import alembic.command  # noqa: F401  # here, so that a fork need not: its time is the upgrade's own

from counterfoil.app import DATABASE_FILE
from counterfoil.store import migrations
from counterfoil.store.engine import open_sqlite


def main(place: str) -> None:
    os.write(1, b"ready\n")
    migrations.upgrade(open_sqlite(Path(Path(place).read_text()) / DATABASE_FILE))
    os.write(1, b"upgraded\n")
    signal.pause()  # until it is killed

"""A process that upgrades a database, and says so when it is done: main(place).

place: a file that names a data directory, or the address of a database on PostgreSQL; it is read anew each time.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import alembic.command  # noqa: F401  # here, so that a fork need not: its time is the upgrade's own
import psycopg  # noqa: F401  # the same

from counterfoil.app import DATABASE_FILE
from counterfoil.store import migrations
from counterfoil.store.engine import open_postgresql, open_sqlite


def main(place: str) -> None:
    named = Path(place).read_text()
    database = open_postgresql(named) if "://" in named else open_sqlite(Path(named) / DATABASE_FILE)
    os.write(1, b"ready\n")
    migrations.upgrade(database)
    os.write(1, b"upgraded\n")
    signal.pause()  # until it is killed

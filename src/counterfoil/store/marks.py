"""Whether a data directory is a sandbox or holds real data: a file and a row say it, and neither is ever the other.

The file is for people and for other databases; the row goes where the database goes, whatever the directory is called.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, insert

from counterfoil.errors import Conflict
from counterfoil.store.away import told
from counterfoil.store.tables import instance_secrets

MARK_FILE = "SANDBOX"
_NAME = "sandbox"
_TEXT = (
    "This directory is a sandbox of counterfoil: sample data that anybody may change and reset.\n"
    "It is emptied whenever it is served. Keep nothing here.\n"
)


class WrongDirectory(Conflict):
    """Real data where a sandbox is asked for, or the reverse."""


def is_sandbox(data: Path, database_file: str) -> bool:
    """Whether the directory is marked in either way. Nothing is opened for writing."""
    return (data / MARK_FILE).exists() or _asked(data / database_file, _IS_MARKED)


def claim(data: Path, database_file: str) -> None:
    """Marks the directory's file for a sandbox. Raises WrongDirectory where there is real data."""
    path = data / database_file
    if _asked(path, _HAS_ORGANIZATIONS) and not _asked(path, _IS_MARKED):
        raise WrongDirectory(
            "real_data", f"{data} holds real data, and a sandbox is never on beside it.",
            fix="Name another directory with --data, or none for a new one that is removed at the end.",
        )  # fmt: skip
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    (data / MARK_FILE).write_text(_TEXT, encoding="utf-8")


def refuse(data: Path, database_file: str) -> None:
    """Raises WrongDirectory where a sandbox is: what is kept there is thrown away."""
    if is_sandbox(data, database_file):
        raise WrongDirectory(
            "sandbox_data", f"{data} is a sandbox: what is in it is sample data that resets.",
            fix="Serve it with --sandbox, or name another directory with --data.",
        )  # fmt: skip


def mark(conn: Connection) -> None:
    """Puts the row into a sandbox's database."""
    conn.execute(insert(instance_secrets), {"name": _NAME, "value": b"yes"})


_IS_MARKED = f"SELECT 1 FROM instance_secrets WHERE name = '{_NAME}'"  # noqa: S608  # a constant of ours
_HAS_ORGANIZATIONS = "SELECT 1 FROM organizations LIMIT 1"


def _asked(path: Path, question: str) -> bool:
    """Whether the SQLite file answers with a row; False when there is no file or no such table."""
    if not path.exists():
        return False
    try:
        with told, closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as sql:
            return sql.execute(question).fetchone() is not None
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return False
        raise

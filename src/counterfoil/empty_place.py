"""The empty place that a backup is brought into: built aside, and there from one moment to the next or not at all.

On SQLite everything is made in a folder of its own and the database's file is put in its place last; on PostgreSQL
the rows come in one transaction. Stored files are named by their content, so those that came early do no harm.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from counterfoil import errors
from counterfoil.house import DATABASE_FILE, KEY_FILE, open_blobs, open_database
from counterfoil.ports.blobs import Blobs, FileBlobs
from counterfoil.ports.durable import sync_directory
from counterfoil.settings import Settings
from counterfoil.store import copying
from counterfoil.store.engine import Connection, open_sqlite
from counterfoil.store.locks import FileLock

_ASIDE = ".restoring"
_FILES = "files"
_LOCK = "server.lock"  # the server's own: while we are at it, none starts here


@dataclass(frozen=True)
class Place:
    """Where to restore to. conn: in a transaction that becomes true when all went well."""

    conn: Connection
    blobs: Blobs


class NotEmpty(errors.Conflict):
    """There is something where a backup is to go."""


@contextmanager
def empty_place(settings: Settings) -> Iterator[Place]:
    """The place that the settings name. What was put there stays when the block ends well, and goes when it raises.

    Raises NotEmpty when there is something already.
    """
    with _reserved(settings.data) as aside:
        blobs = open_blobs(settings) if settings.blobs_url else FileBlobs(aside / _FILES)
        database = open_database(settings) if settings.database_url else open_sqlite(aside / DATABASE_FILE)
        try:
            with database.write() as conn:
                if not copying.is_empty(conn):
                    raise NotEmpty(
                        "not_empty", "The database already has tables of counterfoil.",
                        fix="Make an empty one (createdb NAME) and name it with --database-url.",
                    )  # fmt: skip
                yield Place(conn, blobs)
                if settings.database_url:
                    _move(aside / _FILES, settings.data / _FILES)
        finally:
            database.dispose()
        if not settings.database_url:
            _publish(aside, settings.data)


def free_bytes(settings: Settings) -> int:
    """How much room there is on the disk of the data directory."""
    there = next(folder for folder in (settings.data.absolute(), *settings.data.absolute().parents) if folder.exists())
    return shutil.disk_usage(there).free


@contextmanager
def _reserved(data: Path) -> Iterator[Path]:
    """A new folder inside the data directory, which nobody else uses meanwhile; all that we made goes at the end."""
    made = [folder for folder in (data, *data.parents) if not folder.exists()]
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(data / _LOCK)
    is_locked_file_ours = not (data / _LOCK).exists()
    try:
        if not lock.try_for_life():
            raise NotEmpty("in_use", f"{data} is in use by a server or another restore.", fix="Name another directory.")
        aside = data / _ASIDE
        _clear(data, aside)
        _refuse_what_is_there(data)
        aside.mkdir(mode=0o700)
        try:
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    finally:
        lock.release()
        if is_locked_file_ours and not (data / DATABASE_FILE).exists():
            (data / _LOCK).unlink(missing_ok=True)
        for folder in made:
            with suppress(OSError):  # not empty: it is in use now
                folder.rmdir()


def _clear(data: Path, aside: Path) -> None:
    """Takes away what a restore left that was killed; it had found the place empty."""
    if aside.is_dir() and not (data / DATABASE_FILE).exists():
        shutil.rmtree(data / _FILES, ignore_errors=True)
    shutil.rmtree(aside, ignore_errors=True)


def _refuse_what_is_there(data: Path) -> None:
    there = sorted(path.name for path in data.iterdir() if path.name not in (KEY_FILE, _LOCK))
    if there:
        raise NotEmpty(
            "not_empty", f"{data} is not empty: there is {', '.join(there[:5])}.",
            fix="Restore into a new directory: counterfoil restore FILE --data NEW. Then stop the server and put "
            "the one in the other's place.",
        )  # fmt: skip


def _publish(aside: Path, data: Path) -> None:
    """Puts the files in their place, then the database: from then on the place is in use."""
    for left in ("-wal", "-shm"):
        if (aside / f"{DATABASE_FILE}{left}").exists():
            raise OSError(f"{DATABASE_FILE} was not closed as a whole")
    _move(aside / _FILES, data / _FILES)
    os.link(aside / DATABASE_FILE, data / DATABASE_FILE)  # unlike a rename, never over another one
    sync_directory(data)


def _move(source: Path, target: Path) -> None:
    if source.exists():
        source.rename(target)
        sync_directory(target.parent)

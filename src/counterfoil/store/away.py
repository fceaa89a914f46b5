"""A database that is away, busy, full or damaged: what its driver says, as an error that a caller can act on.

Whatever else goes wrong in a transaction passes unchanged: a statement that is wrong is a bug of ours.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from counterfoil.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

log = logging.getLogger("counterfoil.store")

AWAY = ("database_unavailable", "The database does not answer.",
        "Try again in a moment, a write with the same idempotency key. Whoever runs the server: counterfoil doctor.",
        )  # fmt: skip
UNREADABLE = ("database_unavailable", "The database's file cannot be read or written now.",
              "Whoever runs the server must look at its disk, and at who may use the file: counterfoil doctor."
              )  # fmt: skip
# A code of its own: whoever reads only codes must not take it for a refusal.
UNKNOWN = (
    "outcome_unknown",
    "The connection to the database was lost at the very end: it is not known whether this was written.",
    "Repeat it with the same idempotency key: what was written answers again, and nothing is made twice.",
)
BUSY = ("database_busy", "The database is too busy for this now.", AWAY[2])
FULL = ("database_full", "There is no room left for the database; this was not written.",
        "Whoever runs the server must free some room on its disk; then the same call works.")  # fmt: skip
READ_ONLY = ("database_read_only", "The database takes no writes now; this was not written.",
             "Whoever runs the server must let it write to its files: counterfoil doctor.")  # fmt: skip
DAMAGED = ("database_damaged", "The database is damaged.",
           "Whoever runs the server must stop it and restore a backup: counterfoil restore.")  # fmt: skip
GONE = ("database_gone", "The database's file is not in its place any more.",
        "Whoever runs the server must put the file back, or stop the server and restore a backup.")  # fmt: skip

_Words = tuple[str, str, str]
# Primary result codes of SQLite: https://www.sqlite.org/rescode.html
_SQLITE: dict[int, _Words] = {
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_IOERR: UNREADABLE,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CANTOPEN: UNREADABLE,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
# Classes and codes of SQLSTATE, the longest that fits: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL: dict[str, _Words] = {
    "08": AWAY,  # connection exception
    "25006": READ_ONLY,  # a standby, or one that was told so
    "25P03": BUSY,  # idle in a transaction for too long
    "25P04": BUSY,  # in a transaction for too long
    "28": AWAY,  # it does not let us in
    "3D000": AWAY,  # no such database
    "40": BUSY,  # serialization failure, deadlock
    "53": BUSY,  # too many connections, out of memory
    "53100": FULL,
    "55P03": BUSY,  # lock_timeout
    "57": AWAY,  # shut down, or starting
    "57014": BUSY,  # statement_timeout
    "58": AWAY,  # the server's own files
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}


class _Told(AbstractContextManager[None]):
    """Turns the driver's errors into Unavailable. A class, for a generator would cost each transaction more."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return
        words = _words(error)
        if words is not None:
            raise unavailable(words, error) from error
        if _is_nul(error):
            raise NotFound("not_found", "Nothing has a name with the character NUL.", fix="Leave it out.") from error


told = _Told()


def unavailable(words: _Words, cause: object) -> Unavailable:
    """The error in `words`; the log has the cause."""
    code, message, fix = words
    # The driver's own line only: SQLAlchemy adds the statement's values, which are nobody's business.
    lines = str(getattr(cause, "orig", None) or cause).strip().splitlines()
    log.error("%s: %s", code, lines[0] if lines else type(cause).__name__)
    return Unavailable(code, message, fix=fix)


def identity(file: str | Path) -> tuple[int, int] | None:
    """What tells a file from another that was put in its place; None when it is not there."""
    try:
        found = os.stat(file)  # noqa: PTH116  # a fifth of what Path takes, at each transaction
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _is_nul(error: BaseException) -> bool:
    """Whether PostgreSQL was asked for a text with U+0000, which it can neither keep nor look for.

    What is kept has no such character, so this is always part of a name that somebody asked for.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    return type(cause).__name__ == "DataError" and "NUL (0x00)" in str(cause)


def _words(error: BaseException) -> _Words | None:
    if isinstance(error, PoolTimeoutError):
        return BUSY
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        # Extended codes have the primary one in their lowest byte. Errors of the module itself have none.
        return _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    if type(cause).__module__.partition(".")[0] not in ("psycopg", "psycopg_pool"):
        return None
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # Nobody answered: the error is the driver's own. A bug's would be a ProgrammingError.
        is_line = any(each.__name__ in ("OperationalError", "InterfaceError") for each in type(cause).__mro__)
        return AWAY if is_line else None
    return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])

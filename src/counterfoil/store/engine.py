"""Connections: SQLite (WAL, synchronous=FULL) or PostgreSQL, opened for reading or for writing."""

from __future__ import annotations

import sqlite3
import time
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection as Connection  # re-exported: operations name the type, and nothing else of it
from sqlalchemy import Engine, QueuePool, create_engine, event

from counterfoil.store import away, postgresql
from counterfoil.store.away import told
from counterfoil.store.group_commit import Writers
from counterfoil.store.locks import FileLock, Waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Both of FastAPI's thread limit (40) and room for the job runner; the pool's own default of 15 times out.
POOL_SIZE = 48
SQLITE_PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",  # NORMAL may lose an acknowledged commit at power loss
    "foreign_keys": "ON",
    "busy_timeout": "30000",
    "trusted_schema": "OFF",
    "cache_size": "-16000",
}


class Database:
    """An engine and its write locks. Use `read()` and `write()`; nothing else opens a connection."""

    def __init__(self, engine: Engine, *, writer: Engine | None = None, write_lock_file: Path | None) -> None:
        self.engine = engine
        self._writer = writer or engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writers = Writers(self._sqlite_write)
        self.write_waits = Waits()
        self._file_lock = FileLock(write_lock_file) if write_lock_file else None
        self._watch: sqlite3.Connection | None = None
        self._sqlite_file = str(engine.url.database) if self.is_sqlite else None
        self._identity: tuple[int, int] | None = None

    def version(self) -> int | None:
        """A number that is another one after each commit, whoever made it; None where asking costs a round trip.

        To be called from one thread only. Takes some ten microseconds and waits for nobody.
        """
        if not self.is_sqlite:
            return None
        with told:
            self._check_file()
            if self._watch is None:
                file = str(self._sqlite_file)
                self._watch = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
            found: int = self._watch.execute("PRAGMA data_version").fetchone()[0]
        return found

    @contextmanager
    def read(self, *, is_patient: bool = False) -> Iterator[Connection]:
        """A connection in a transaction that is rolled back: one consistent view, nothing written.

        is_patient: it may take as long as it takes, for commands that go through everything.
        Raises Unavailable when the database is away, busy or damaged; so does `write`, when there is no room too.
        """
        self._check_file()
        with told, self.engine.connect() as conn:
            if self.is_sqlite:
                self._begin(conn, "BEGIN")
                yield conn
                return
            with postgresql.reading(conn, is_patient=is_patient):
                yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection that may write. Commits when the block ends well, takes its changes back when it raises.

        On SQLite others may write in the same transaction before and after (see store.group_commit): never commit or
        roll back on the connection itself.
        """
        if not self.is_sqlite:
            with told, self.engine.connect() as conn, postgresql.writing(conn):
                yield conn
            return
        asked_at = time.perf_counter()
        with told, self._writers.turn(lambda: self.write_waits.add(time.perf_counter() - asked_at)) as conn:
            self._check_file()
            yield conn

    @contextmanager
    def _sqlite_write(self) -> Iterator[Connection]:
        with self._held_file_lock():
            self._check_file()
            with self._writer.connect() as conn, conn.begin():
                # A deferred transaction that turns into a write fails at once with SQLITE_BUSY_SNAPSHOT, whatever the
                # timeout.
                self._begin(conn, "BEGIN IMMEDIATE")
                yield conn

    def _begin(self, conn: Connection, statement: str) -> None:
        """SQLite's driver is kept from opening transactions on its own; the one of PostgreSQL always has one."""
        conn.connection.driver_connection.execute(statement)  # type: ignore[union-attr]  # an open one has it

    def _check_file(self) -> None:
        """Raises Unavailable when the SQLite file was removed or replaced behind our back, in some two microseconds.

        Open connections would go on in the removed file, and what they wrote would be gone with them.
        """
        if self._sqlite_file is None:
            return
        found = away.identity(self._sqlite_file)
        if self._identity is None:
            self._identity = found  # None too, for a database that is about to be made
        elif found != self._identity:
            raise away.unavailable(away.GONE, self._sqlite_file)

    def copy_to(self, file: Path) -> None:
        """Writes all of a SQLite database into a new file. Raises what the driver raises."""
        with self._writer.connect() as conn:
            conn.connection.driver_connection.execute("VACUUM INTO ?", (str(file),))  # type: ignore[union-attr]  # open

    def scrub(self) -> None:
        """Rewrites a SQLite file without what was deleted from it, and empties its log; PostgreSQL does so by itself.

        Takes as long as a copy, in which nobody else writes. Who reads at that moment keeps the log, until the next.
        """
        if not self.is_sqlite:
            return
        with self._writers.alone(), self._held_file_lock(), self._writer.connect() as conn:
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                conn.connection.driver_connection.execute(statement).fetchall()  # type: ignore[union-attr]  # open

    def replace_by(self, file: Path, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Puts the content of another SQLite file in place of this one's, in one transaction.

        Who reads at that moment goes on in the old content; who writes comes wholly before or wholly after, also
        after what is done `meanwhile`.
        """
        with (
            self._writers.alone(),
            self._held_file_lock(),
            closing(sqlite3.connect(file)) as source,
            self._writer.connect() as conn,
        ):
            source.backup(conn.connection.driver_connection)  # type: ignore[arg-type]  # SQLite's own, and open
            meanwhile()

    @property
    def connections_in_use(self) -> int:
        """How many connections of the pool somebody has now."""
        pools = {engine.pool for engine in (self.engine, self._writer)}
        return sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))

    def _held_file_lock(self) -> AbstractContextManager[None]:
        return self._file_lock.held() if self._file_lock else nullcontext()

    def dispose(self) -> None:
        """Closes the pool and the lock file."""
        self.engine.dispose()
        self._writer.dispose()
        if self._watch is not None:
            self._watch.close()
        if self._file_lock is not None:
            self._file_lock.release()


def open_sqlite(path: Path) -> Database:
    """The SQLite database at `path`; the directory is made, the schema is not (see store.migrations)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # One connection writes, always the same: each commit of another would throw away all pages that it had in memory.
    engine, writer = (
        create_engine(
            f"sqlite:///{path}",
            pool_size=size,
            max_overflow=overflow,
            pool_use_lifo=True,
            connect_args={"check_same_thread": False, "cached_statements": 256},
        )
        for size, overflow in ((POOL_SIZE, 4), (1, 0))
    )
    for each in (engine, writer):
        event.listen(each, "connect", _prepare_sqlite)
    return Database(engine, writer=writer, write_lock_file=path.with_suffix(".write-lock"))


def open_postgresql(url: str, *, pool_size: int = postgresql.POOL_SIZE) -> Database:
    """The PostgreSQL database at `url`: postgresql://user:password@host:port/name. Raises Invalid, Unavailable."""
    return Database(postgresql.new_engine(url, pool_size=pool_size), write_lock_file=None)


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    # The driver must not open transactions on its own: we say BEGIN or BEGIN IMMEDIATE ourselves.
    dbapi_connection.isolation_level = None
    for name, value in SQLITE_PRAGMAS.items():
        dbapi_connection.execute(f"PRAGMA {name} = {value}")

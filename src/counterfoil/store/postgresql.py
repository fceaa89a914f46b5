"""How connections to PostgreSQL are opened, kept and checked. docs/postgresql.md says the same to operators."""

from __future__ import annotations

import select
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url

from counterfoil.errors import Invalid, Unavailable
from counterfoil.store import away

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST = 15
# Four servers and a worker fit into the hundred connections that PostgreSQL allows unless told otherwise.
POOL_SIZE = 16
# A thread that waits longer for a connection gives up: its caller is told so, and does not hang.
POOL_WAIT_SECONDS = 10
_MILLISECONDS = {
    "statement_timeout": 30_000,
    "lock_timeout": 10_000,
    "idle_in_transaction_session_timeout": 60_000,
}
# A connection whose other end is gone without a word is noticed after about a minute, and a send after 30 s.
_CONNECT = {
    "connect_timeout": 5,
    "application_name": "counterfoil",
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_PATIENT = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"


def new_engine(address: str, *, pool_size: int = POOL_SIZE) -> Engine:
    """The engine for postgresql://…; nothing is connected yet. What the address says itself is left as it is.

    Raises Invalid when it is no such address, Unavailable when the driver is not installed.
    """
    url = read_address(address)
    query = {name: value for name, value in url.query.items() if name != "prepare_threshold"}
    given = {name: value for name, value in _CONNECT.items() if name not in query}
    given["options"] = " ".join([*(f"-c {name}={value}" for name, value in _MILLISECONDS.items()), _options(query)])
    given |= _preparing(url)
    try:
        engine = create_engine(
            url.set(query=query), pool_size=pool_size, max_overflow=0, pool_timeout=POOL_WAIT_SECONDS,
            pool_use_lifo=True, connect_args=given,
        )  # fmt: skip
    except ModuleNotFoundError as error:
        raise Unavailable(
            "driver_missing", f"PostgreSQL's driver is not installed ({error.name}).",
            fix="Run: pip install 'counterfoil[postgres]'",
        ) from None  # fmt: skip
    event.listen(engine, "connect", _refuse_old)
    event.listen(engine, "checkout", _refuse_dead)
    return engine


def read_address(address: str) -> URL:
    """The address as SQLAlchemy takes it, with psycopg as its driver. Raises Invalid without showing a password."""
    try:
        url = make_url(address)
    except exc.ArgumentError:
        url = URL.create("none")
    if url.drivername not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise Invalid(
            "invalid_database_url", "The database's address is none of PostgreSQL.",
            fix="Write it as postgresql://user:password@host:5432/name, or leave it out for SQLite.",
        )  # fmt: skip
    return url.set(drivername="postgresql+psycopg")


def _options(query: Any) -> str:
    """The server's options that the address has: behind ours, so they win."""
    found = query.pop("options", "")
    return " ".join(found) if isinstance(found, tuple) else str(found)


def _preparing(url: URL) -> dict[str, int | None]:
    """After how many uses a statement is prepared on the server; "none" in the address for never."""
    told = url.query.get("prepare_threshold")
    if told is None:
        return {}
    if told != "none" and not str(told).isdecimal():
        raise Invalid("invalid_database_url", "prepare_threshold is a number or none.")
    return {"prepare_threshold": None if told == "none" else int(str(told))}


def _refuse_old(connection: Any, _record: object) -> None:
    refuse_version(connection.info.server_version)


def refuse_version(number: int) -> None:
    """Raises Unavailable for a server that is too old. number: as the server says it, 150004 for 15.4."""
    if number // 10_000 < OLDEST:
        raise Unavailable(
            "database_too_old", f"This is PostgreSQL {number // 10_000}, and {OLDEST} or newer is needed.",
            fix="Upgrade the server with pg_upgrade, or name another one in COUNTERFOIL_DATABASE_URL.",
        )  # fmt: skip


def _refuse_dead(connection: Any, _record: object, _proxy: object) -> None:
    """Has the pool open a new connection when this one was cut while it lay there; costs no round trip.

    A server that ends a connection says so on it, so there is something to read where nothing was asked.
    """
    if connection.closed or (_has_something_to_read(connection.fileno()) and not _answers(connection)):
        # All that are older go too: what cut this one, a restart, has cut them as well.
        raise exc.InvalidatePoolError


def _has_something_to_read(descriptor: int) -> bool:
    if not hasattr(select, "poll"):
        return True  # Windows: then the server is asked each time
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _answers(connection: Any) -> bool:
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception:  # the driver's, whichever it is: a connection that fails at this is of no use
        return False
    return True


@contextmanager
def reading(conn: Connection, *, is_patient: bool) -> Iterator[None]:
    """A transaction in which all statements see one state. is_patient: without a bound on its time."""
    driver: Any = conn.connection.driver_connection
    _begin(driver, "REPEATABLE_READ", is_write=False)
    try:
        if is_patient:
            driver.execute(_PATIENT)
        yield
    except Exception:
        _let_go_when_cut(conn, driver)
        raise


@contextmanager
def writing(conn: Connection) -> Iterator[None]:
    """A transaction that commits when the block ends well. Raises Unavailable when nobody knows whether it did.

    Read committed: a write locks its organization's row first, and must then see what the write before it committed.
    In one snapshot from before that wait it would not, and PostgreSQL would refuse it.
    """
    driver: Any = conn.connection.driver_connection
    _begin(driver, "READ_COMMITTED", is_write=True)
    is_at_end = False
    try:
        with conn.begin():
            yield
            is_at_end = True
    except Exception as error:
        if _let_go_when_cut(conn, driver) and is_at_end:
            raise away.unavailable(away.UNKNOWN, error) from error
        raise


def _begin(driver: Any, level: str, *, is_write: bool) -> None:
    """Says how the transaction is that the driver opens with the first statement."""
    from psycopg import IsolationLevel

    wanted = IsolationLevel[level]
    if driver.isolation_level is not wanted:
        driver.isolation_level = wanted
        driver.read_only = not is_write


def _let_go_when_cut(conn: Connection, driver: Any) -> bool:
    """Keeps a connection that is lost out of the pool, which does not see what statements on the driver come to."""
    if driver.closed and not conn.invalidated:
        conn.invalidate()
    return bool(driver.closed)

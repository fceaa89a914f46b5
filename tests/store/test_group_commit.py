"""Writers that wait for each other share a commit, and nobody is answered before it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from counterfoil.store.engine import Database, open_sqlite
from counterfoil.store.group_commit import SIZE_MAX

pytestmark = pytest.mark.sqlite
COMMITS = 2


class Crowd:
    """Writers on one database, that begin one after the other while the first of them still writes."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "counterfoil.db"
        self.database: Database = open_sqlite(self.file)
        with self.database.write() as conn:
            conn.execute(text("CREATE TABLE notes (body TEXT)"))
        self.pool = ThreadPoolExecutor(SIZE_MAX + 4)
        self.may_end = threading.Event()
        self.queue = self.database._writers._turns._queue

    def waits(self, act: Callable[[Connection], None]) -> Future[None]:
        """A writer that has come, and waits for its turn."""
        before = len(self.queue)
        found = self.pool.submit(self._write, act)
        until(lambda: len(self.queue) > before)
        return found

    def first(self) -> Future[None]:
        """A writer that has written, and whose block ends when `may_end` is set."""
        is_in = threading.Event()

        def act(conn: Connection) -> None:
            note("first")(conn)
            is_in.set()
            assert self.may_end.wait(20)

        found = self.pool.submit(self._write, act)
        assert is_in.wait(20)
        return found

    def _write(self, act: Callable[[Connection], None]) -> None:
        with self.database.write() as conn:
            act(conn)

    def notes(self) -> list[str]:
        with closing(sqlite3.connect(self.file)) as other:
            return [body for (body,) in other.execute("SELECT body FROM notes ORDER BY rowid")]


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Crowd]:
    found = Crowd(tmp_path)
    yield found
    found.may_end.set()
    found.pool.shutdown()
    found.database.dispose()


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def note(body: str) -> Callable[[Connection], None]:
    return lambda conn: conn.execute(text("INSERT INTO notes VALUES (:body)"), {"body": body})  # type: ignore[return-value]  # the result is nobody's


def refuse(conn: Connection) -> None:
    note("refused")(conn)
    raise KeyError("refused")


def take_all_back(conn: Connection) -> None:
    """What SQLite does by itself when there is no room left."""
    conn.connection.driver_connection.execute("ROLLBACK")  # type: ignore[union-attr]  # open
    raise sqlite3.OperationalError("database or disk is full")


def test_who_waits_shares_the_commit_and_no_more_than_a_few_do(crowd: Crowd) -> None:
    # given writers that came while one wrote, more than may share
    writers = [crowd.first(), *(crowd.waits(note(f"{n}")) for n in range(SIZE_MAX + 1))]
    log = Log(crowd.file)
    # when it ends
    crowd.may_end.set()
    for each in writers:
        each.result(20)
    # then they came in their order, in two commits
    assert crowd.notes() == ["first", *(f"{n}" for n in range(SIZE_MAX + 1))]
    assert log.pages_more() == COMMITS


class Log:
    """SQLite's log: a commit adds each page that it changed once, here the page of the notes."""

    def __init__(self, file: Path) -> None:
        self._file = file.with_name(file.name + "-wal")
        self._before = self._file.stat().st_size

    def pages_more(self) -> float:
        """How many pages it has grown by: 4,096 bytes, and 24 of its own."""
        return (self._file.stat().st_size - self._before) / (4096 + 24)


def test_nobody_is_answered_before_the_commit(crowd: Crowd) -> None:
    second_may_end = threading.Event()
    is_in = threading.Event()

    def second(conn: Connection) -> None:
        note("second")(conn)
        is_in.set()
        assert second_may_end.wait(20)

    # given one that has written, and one that goes on in its transaction
    one, two = crowd.first(), crowd.waits(second)
    crowd.may_end.set()
    assert is_in.wait(20)
    # then the first one still waits, and nobody sees what it wrote
    time.sleep(0.05)
    assert not one.done()
    assert crowd.notes() == []
    # until both are committed
    second_may_end.set()
    one.result(20)
    two.result(20)
    assert crowd.notes() == ["first", "second"]


def test_a_refused_one_takes_back_its_own_changes_only(crowd: Crowd) -> None:
    one, bad, other = crowd.first(), crowd.waits(refuse), crowd.waits(note("last"))
    crowd.may_end.set()
    one.result(20)
    other.result(20)
    with pytest.raises(KeyError, match="refused"):
        bad.result(20)
    assert crowd.notes() == ["first", "last"]


def test_a_refused_first_one_harms_nobody_who_waits(crowd: Crowd) -> None:
    is_in = threading.Event()

    def slow(conn: Connection) -> None:
        is_in.set()
        assert crowd.may_end.wait(20)
        refuse(conn)

    bad = crowd.pool.submit(crowd._write, slow)
    assert is_in.wait(20)
    other = crowd.waits(note("last"))
    crowd.may_end.set()
    other.result(20)
    with pytest.raises(KeyError, match="refused"):
        bad.result(20)
    assert crowd.notes() == ["last"]


def test_when_all_of_it_is_lost_all_of_them_are_told(crowd: Crowd) -> None:
    writers = [crowd.first(), crowd.waits(note("second")), crowd.waits(take_all_back)]
    after = crowd.waits(note("after"))
    crowd.may_end.set()
    for each in writers:
        with pytest.raises(sqlite3.OperationalError, match="full"):
            each.result(20)
    # and who comes next begins anew
    after.result(20)
    assert crowd.notes() == ["after"]


def test_a_commit_that_fails_fails_for_all(crowd: Crowd) -> None:
    with crowd.database.write() as conn:
        conn.execute(text("CREATE TABLE owners (id INTEGER PRIMARY KEY)"))
        conn.execute(text("CREATE TABLE owned (owner INTEGER REFERENCES owners DEFERRABLE INITIALLY DEFERRED)"))
    # given one whose changes only the commit can refuse
    writers = [crowd.first(), crowd.waits(lambda conn: conn.execute(text("INSERT INTO owned VALUES (7)")))]  # type: ignore[arg-type, return-value]  # the result is nobody's
    crowd.may_end.set()
    for each in writers:
        with pytest.raises(Exception, match="FOREIGN KEY"):
            each.result(20)
    assert crowd.notes() == []
    with crowd.database.write() as conn:
        note("after")(conn)
    assert crowd.notes() == ["after"]


def test_who_wants_the_file_alone_finds_no_transaction_open(crowd: Crowd) -> None:
    one = crowd.first()
    alone = crowd.pool.submit(crowd.database.scrub)
    until(lambda: len(crowd.queue) == 1)
    crowd.may_end.set()
    one.result(20)
    alone.result(20)
    assert crowd.notes() == ["first"]

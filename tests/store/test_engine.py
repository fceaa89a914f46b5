from __future__ import annotations

import sqlite3
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from counterfoil.store.engine import POOL_SIZE, SQLITE_PRAGMAS, Database, open_sqlite

SYNCHRONOUS_FULL = 2


@pytest.fixture
def database(tmp_path: Path) -> Database:
    opened = open_sqlite(tmp_path / "counterfoil.db")
    with opened.write() as conn:
        conn.execute(text("CREATE TABLE notes (body TEXT)"))
    return opened


def count(database: Database) -> int:
    with database.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM notes")).scalar_one())


def test_every_connection_of_the_pool_is_durable(database: Database) -> None:
    """NORMAL would lose an acknowledged invoice at a power cut; the driver's default must never slip in."""
    with ExitStack() as stack:
        for conn in [stack.enter_context(database.read()) for _ in range(POOL_SIZE)]:
            assert conn.execute(text("PRAGMA synchronous")).scalar() == SYNCHRONOUS_FULL
            assert conn.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert conn.execute(text("PRAGMA trusted_schema")).scalar() == 0
    with database.write() as conn:
        assert conn.execute(text("PRAGMA synchronous")).scalar() == SYNCHRONOUS_FULL
    assert SQLITE_PRAGMAS["synchronous"] == "FULL"


def test_a_write_commits_at_the_end_of_its_block(database: Database) -> None:
    with database.write() as conn:
        conn.execute(text("INSERT INTO notes VALUES ('kept')"))
        assert count(database) == 0
    assert count(database) == 1


def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    def lose() -> None:
        with database.write() as conn:
            conn.execute(text("INSERT INTO notes VALUES ('lost')"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        lose()
    assert count(database) == 0
    with database.write() as conn:  # and the lock was given back
        conn.execute(text("INSERT INTO notes VALUES ('kept')"))
    assert count(database) == 1


def test_a_read_sees_one_state_while_others_write(database: Database) -> None:
    with database.read() as reader:
        assert reader.execute(text("SELECT count(*) FROM notes")).scalar() == 0
        with database.write() as conn:
            conn.execute(text("INSERT INTO notes VALUES ('later')"))
        assert reader.execute(text("SELECT count(*) FROM notes")).scalar() == 0
    assert count(database) == 1


def test_what_a_read_writes_by_mistake_is_not_kept(database: Database) -> None:
    with database.read() as conn:
        conn.execute(text("INSERT INTO notes VALUES ('by mistake')"))
    assert count(database) == 0


def test_a_write_holds_sqlites_lock_from_its_first_moment(database: Database, tmp_path: Path) -> None:
    """A deferred transaction that turns into a write fails with SQLITE_BUSY_SNAPSHOT whatever the timeout."""
    other = sqlite3.connect(tmp_path / "counterfoil.db", timeout=0, isolation_level=None)
    with database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_as_many_reads_as_there_are_threads_run_at_once(database: Database) -> None:
    barrier = threading.Barrier(40, timeout=30)
    seen: list[int] = []

    def read() -> None:
        with database.read() as conn:
            barrier.wait()
            seen.append(int(conn.execute(text("SELECT 1")).scalar_one()))

    threads = [threading.Thread(target=read) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 40


def test_the_version_is_another_one_after_each_commit_of_anybody(database: Database, tmp_path: Path) -> None:
    seen = [database.version()]
    with database.write() as conn:
        conn.execute(text("INSERT INTO notes VALUES ('ours')"))
        assert database.version() == seen[-1]  # not before it is committed
    seen.append(database.version())
    other = open_sqlite(tmp_path / "counterfoil.db")
    with other.write() as conn:
        conn.execute(text("INSERT INTO notes VALUES ('theirs')"))
    seen.append(database.version())
    with database.read() as conn:
        conn.execute(text("SELECT * FROM notes"))
    assert database.version() == seen[-1]
    assert len(set(seen)) == 3
    other.dispose()

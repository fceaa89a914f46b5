"""Connections to PostgreSQL: bounded waits, one state a read, and a database that goes away and comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import text

from counterfoil.errors import Invalid, NotFound, Unavailable
from counterfoil.store import client_invoices
from counterfoil.store import postgresql as engines
from counterfoil.store.engine import Database, open_postgresql
from tests.support.postgres import Postgres

COUNT = text("SELECT count(*) FROM instance_secrets")
ADD = text("INSERT INTO instance_secrets (name, value) VALUES (:name, '')")


def add(database: Database, name: str) -> None:
    with database.write() as conn:
        conn.execute(ADD, {"name": name})


def count(database: Database) -> int:
    with database.read() as conn:
        return int(conn.execute(COUNT).scalar_one())


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Unavailable) as refused:
        act()
    return refused.value.code


def test_a_read_sees_one_state_and_a_write_sees_what_was_committed(database: Database) -> None:
    with database.read() as reader, database.write() as writer:
        assert (reader.execute(COUNT).scalar(), writer.execute(COUNT).scalar()) == (0, 0)
        add(database, "later")
        assert (reader.execute(COUNT).scalar(), writer.execute(COUNT).scalar()) == (0, 1)


def test_a_read_writes_nothing(database: Database) -> None:
    def write_in_a_read() -> None:
        with database.read() as conn:
            conn.execute(ADD, {"name": "by mistake"})

    assert refusal(write_in_a_read) == "database_read_only"
    assert count(database) == 0


def test_a_connection_carries_its_bounds(database: Database) -> None:
    wanted = {
        "statement_timeout": "30s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "1min",
        "application_name": "counterfoil",
    }  # fmt: skip
    with database.read() as conn:
        assert {name: conn.execute(text(f"SHOW {name}")).scalar() for name in wanted} == wanted
    with database.read(is_patient=True) as conn:
        assert conn.execute(text("SHOW statement_timeout")).scalar() == "0"
    with database.read() as conn:
        assert conn.execute(text("SHOW statement_timeout")).scalar() == "30s"


def test_what_the_address_says_goes_before_what_we_say(url: str) -> None:
    database = open_postgresql(f"{url}&application_name=theirs&options=-c%20lock_timeout%3D50&prepare_threshold=none")
    with database.read() as conn:
        assert conn.execute(text("SHOW application_name")).scalar() == "theirs"
        assert conn.execute(text("SHOW lock_timeout")).scalar() == "50ms"
        assert conn.execute(text("SHOW statement_timeout")).scalar() == "30s"
        assert conn.connection.driver_connection.prepare_threshold is None
    database.dispose()


def test_a_lock_that_is_not_had_in_time_is_busy(url: str) -> None:
    database = open_postgresql(f"{url}&options=-c%20lock_timeout%3D50")
    add(database, "one")
    change = text("UPDATE instance_secrets SET value = '1'")

    def wait_for_it() -> None:
        with database.write() as conn:
            conn.execute(change)

    with database.write() as holder:
        holder.execute(change)
        assert refusal(wait_for_it) == "database_busy"
    wait_for_it()
    database.dispose()


def test_a_statement_that_takes_too_long_is_busy(url: str) -> None:
    database = open_postgresql(f"{url}&options=-c%20statement_timeout%3D50")

    def sleep() -> None:
        with database.read() as conn:
            conn.execute(text("SELECT pg_sleep(5)"))

    assert refusal(sleep) == "database_busy"
    with database.read(is_patient=True) as conn:
        conn.execute(text("SELECT pg_sleep(0.1)"))
    database.dispose()


def test_a_pool_without_a_free_connection_says_so_soon(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "POOL_WAIT_SECONDS", 0.2)
    database = open_postgresql(url, pool_size=1)
    began = time.monotonic()
    with database.read():
        assert refusal(lambda: count(database)) == "database_busy"
    assert time.monotonic() - began < 5
    assert count(database) == 0
    database.dispose()


def test_a_server_that_is_not_there_is_said_at_once() -> None:
    database = open_postgresql("postgresql://nobody@/none?host=/nowhere-at-all")
    assert refusal(lambda: count(database)) == "database_unavailable"
    assert refusal(lambda: add(database, "x")) == "database_unavailable"


def test_after_a_restart_nobody_meets_a_dead_connection(postgresql: Postgres, database: Database) -> None:
    """Each of the pool's connections is looked at before it is used; the first request after it simply works."""
    gate = threading.Barrier(4)

    def hold() -> None:
        with database.read():
            gate.wait(30)

    threads = [threading.Thread(target=hold) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    add(database, "before")

    postgresql.restart()

    assert [count(database) for _ in range(8)] == [1] * 8
    add(database, "after")
    assert count(database) == 2


def test_a_write_that_is_cut_wrote_nothing_and_says_so(postgresql: Postgres, database: Database) -> None:
    def cut() -> None:
        with database.write() as conn:
            conn.execute(ADD, {"name": "lost"})
            end_all_others(postgresql, conn.execute(text("SELECT current_database()")).scalar_one())
            conn.execute(ADD, {"name": "lost too"})

    assert refusal(cut) == "database_unavailable"
    assert count(database) == 0
    add(database, "next")


def test_a_commit_that_got_no_answer_is_not_called_a_failure(postgresql: Postgres, database: Database) -> None:
    def cut() -> None:
        with database.write() as conn:
            conn.execute(ADD, {"name": "who knows"})
            end_all_others(postgresql, conn.execute(text("SELECT current_database()")).scalar_one())

    with pytest.raises(Unavailable, match="not known whether this was written") as refused:
        cut()
    assert refused.value.code == "outcome_unknown"
    assert "same idempotency key" in (refused.value.faults[0].fix or "")
    add(database, "next")


def test_a_fault_of_ours_stays_one(database: Database) -> None:
    with pytest.raises(Exception, match="no_such_table"), database.read() as conn:
        conn.execute(text("SELECT * FROM no_such_table"))


def test_what_has_a_nul_in_its_name_is_not_there(database: Database) -> None:
    """SQLite looks for it and finds nothing; PostgreSQL refuses the character itself."""
    with pytest.raises(NotFound), database.read() as conn:
        client_invoices.get(conn, "x", "one\0two")
    with pytest.raises(NotFound), database.write() as conn:
        conn.execute(text("SELECT :name"), {"name": "\0"})


@pytest.mark.parametrize("address", ["mysql://root:secret@host/x", "nonsense secret", "sqlite:///secret.db"])
def test_another_kind_of_address_is_refused_without_being_shown(address: str) -> None:
    with pytest.raises(Invalid, match="none of PostgreSQL") as refused:
        open_postgresql(address)
    assert "secret" not in str(refused.value.faults)


@pytest.mark.parametrize("address", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_the_usual_spellings_of_an_address_are_taken(address: str) -> None:
    assert engines.read_address(address).drivername == "postgresql+psycopg"


def test_a_server_that_is_too_old_is_refused_by_its_number() -> None:
    engines.refuse_version(150_000)
    with pytest.raises(Unavailable, match="This is PostgreSQL 14, and 15 or newer is needed"):
        engines.refuse_version(140_011)


def end_all_others(postgresql: Postgres, name: str) -> None:
    with postgresql.connect() as conn:
        conn.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (name,))

"""kill -9 in the middle of an upgrade: the schema is the old one or the new one, and the next start completes.

PostgreSQL's schema changes are transactions as well: tests/postgresql/ upgrades there.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from counterfoil.app import DATABASE_FILE, House
from counterfoil.settings import Settings
from counterfoil.store import migrations
from tests.plugins.figures import Figure, chance
from tests.plugins.repeatable import is_full_size
from tests.reliability.forks import Forks, forks

SCHEMAS = sorted((Path(__file__).parents[1] / "store" / "schemas").glob("*.sql"))
KILLS = 13 if is_full_size() else 1  # of each schema
DOCUMENTS = ("client_invoices", "credit_notes", "quotes")
# So many more invoices than the dump has: an upgrade then takes long enough to be hit in all its parts.
COPIES = 400 if is_full_size() else 100

State = tuple[str, list[tuple[str, str]], list[tuple[object, ...]]]


def old_database(dump: Path, data: Path) -> Path:
    """A data directory with a database of an older schema."""
    data.mkdir()
    with closing(sqlite3.connect(data / DATABASE_FILE)) as sql:
        sql.executescript(dump.read_text(encoding="utf-8"))
        sql.execute("PRAGMA journal_mode = WAL")
        names = [name for _, name, *_ in sql.execute("PRAGMA table_info(client_invoices)")]
        changed = {"id": "id || '-' || n", "seq": "1000 * seq + n", "number": "number || '-' || n"}
        picked = ", ".join(changed.get(name, name) for name in names)
        sql.execute(
            f"WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {COPIES}) "
            f"INSERT INTO client_invoices SELECT {picked} FROM client_invoices, copies "
            "WHERE seq = (SELECT min(seq) FROM client_invoices WHERE finalized_at IS NOT NULL)"
        )
        sql.commit()
    return data


def state_of(data: Path) -> State:
    """The revision, every table, index and trigger, and all documents; read as SQLite recovers it after the kill."""
    with closing(sqlite3.connect(data / DATABASE_FILE)) as sql:
        assert sql.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (revision,) = sql.execute("SELECT version_num FROM alembic_version").fetchone()
        things = sql.execute("SELECT name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        documents = []
        for table in DOCUMENTS:
            if any(name == table for name, _ in things):
                documents += sql.execute(f"SELECT id, status, number, frozen, live FROM {table} ORDER BY id").fetchall()
    return revision, things, documents


@pytest.fixture
def upgraders(tmp_path: Path) -> Iterator[Forks]:
    with forks("tests.reliability.upgrader", tmp_path, tmp_path / "place") as made:
        yield made


def upgraded(upgraders: Forks, place: Path, data: Path, kill_after: float | None) -> float:
    """Upgrades in a process of its own, killed after so many seconds; how long it ran."""
    place.write_text(str(data))
    started, done = upgraders.count("ready"), upgraders.count("upgraded")
    upgraders.start()
    upgraders.wait_for("ready", started + 1)
    begun = time.monotonic()
    if kill_after is None:
        upgraders.wait_for("upgraded", done + 1)
    else:
        time.sleep(kill_after)
    seconds = time.monotonic() - begun
    upgraders.kill(upgraders.running[-1])
    return seconds


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("dump", SCHEMAS, ids=lambda path: path.stem)
def test_a_killed_upgrade_leaves_the_old_schema_or_the_new_one(
    dump: Path, upgraders: Forks, tmp_path: Path, figure: Figure
) -> None:
    draw = chance(dump.stem)
    whole = old_database(dump, tmp_path / "whole")
    old = state_of(whole)
    seconds = upgraded(upgraders, tmp_path / "place", whole, None)
    new = state_of(whole)
    assert (old[0], new[0]) == (dump.stem, migrations.HEAD)
    seen = []
    for number in range(KILLS):
        data = old_database(dump, tmp_path / f"{number}")
        upgraded(upgraders, tmp_path / "place", data, draw.uniform(0, 1.1 * seconds))
        found = state_of(data)
        assert found in (old, new), f"half an upgrade: {found[0]}"
        seen.append(found[0])
        House(Settings(data=data)).close()  # the next start
        assert state_of(data) == new
    figure("R12", f"kill -9 in an upgrade from schema {dump.stem}", KILLS, "kills",
           f"{seen.count(dump.stem)} old, {seen.count(migrations.HEAD)} new, 0 between")  # fmt: skip

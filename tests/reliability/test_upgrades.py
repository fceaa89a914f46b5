"""kill -9 in the middle of an upgrade: the schema is the old one or the new one, and the next start completes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from counterfoil.app import DATABASE_FILE, House
from counterfoil.settings import Settings
from counterfoil.store import copying, migrations
from counterfoil.store.engine import open_postgresql, open_sqlite
from tests.plugins.figures import Figure, chance
from tests.plugins.repeatable import is_full_size
from tests.reliability.forks import Forks, forks
from tests.support.databases import SECRET_KEY
from tests.support.postgres import Postgres

SCHEMAS = sorted((Path(__file__).parents[1] / "store" / "schemas").glob("*.sql"))
KILLS = 13 if is_full_size() else 1  # of each schema
DOCUMENTS = ("client_invoices", "credit_notes", "quotes")
POSTGRESQL_KILLS = 12 if is_full_size() else 2
# So many more invoices than the dump has: an upgrade then takes long enough to be hit in all its parts.
COPIES = 400 if is_full_size() else 100

SHAPE = (
    "SELECT version_num FROM alembic_version",
    "SELECT table_name, column_name, data_type, collation_name, is_nullable FROM information_schema.columns "
    "WHERE table_schema = 'public' ORDER BY table_name, ordinal_position",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname",
    "SELECT tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
)

State = tuple[str, list[tuple[str, str]], list[tuple[object, ...]]]


def old_database(dump: Path, data: Path) -> Path:
    """A data directory with a database of an older schema."""
    data.mkdir()
    with closing(sqlite3.connect(data / DATABASE_FILE)) as sql:
        sql.executescript(dump.read_text(encoding="utf-8"))
        sql.execute("PRAGMA journal_mode = WAL")
        names = [name for _, name, *_ in sql.execute("PRAGMA table_info(client_invoices)")]
        changed = {
            "id": "substr(id, 1, 32) || printf('%04d', n)",
            "seq": "1000 * seq + n",
            "number": "number || '-' || n",
        }
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


def upgraded(upgraders: Forks, place: Path, data: object, kill_after: float | None) -> float:
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


def old_postgresql(postgresql: Postgres, dump: Path, data: Path) -> str:
    """A database on PostgreSQL with the tables and rows of an older schema, to be copied."""
    source = open_sqlite(old_database(dump, data) / DATABASE_FILE)
    url = postgresql.new_database(is_migrated=False)
    target = open_postgresql(url)
    with source.read() as rows, target.write() as conn:
        migrations.make_tables(conn, dump.stem)
        for shape in copying.shapes(conn):
            copying.insert_rows(conn, shape, copying.rows(rows, shape))
    source.dispose()
    target.dispose()
    return url


def copy_of(postgresql: Postgres, url: str) -> str:
    return postgresql.new_database(is_migrated=False, options=f"TEMPLATE {name_of(url)}")


def name_of(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def state_on_postgresql(postgresql: Postgres, url: str) -> list[object]:
    """The same as `state_of`, once nobody is at work there: a server may learn late that its client is gone."""
    with postgresql.connect(url) as conn:
        until = time.monotonic() + 60
        busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        while conn.execute(busy).fetchone() != (0,):
            assert time.monotonic() < until, "the killed process is still connected"
            time.sleep(0.01)
        told = [conn.execute(question).fetchall() for question in SHAPE]
        return told + [conn.execute(f"SELECT id, status, number, frozen, live FROM {table} ORDER BY id").fetchall()
                       for table in DOCUMENTS]  # fmt: skip


@pytest.mark.timeout(1800)
def test_a_killed_upgrade_on_postgresql_leaves_the_old_schema_or_the_new_one(
    postgresql: Postgres, upgraders: Forks, tmp_path: Path, figure: Figure
) -> None:
    dump = SCHEMAS[-1]
    draw, place = chance(f"postgresql {dump.stem}"), tmp_path / "place"
    model = old_postgresql(postgresql, dump, tmp_path / "whole")
    old = state_on_postgresql(postgresql, model)
    whole = copy_of(postgresql, model)
    seconds = upgraded(upgraders, place, whole, None)
    new = state_on_postgresql(postgresql, whole)
    assert (old[0], new[0]) == ([(dump.stem,)], [(migrations.HEAD,)])
    seen = []
    for _ in range(POSTGRESQL_KILLS):
        url = copy_of(postgresql, model)
        upgraded(upgraders, place, url, draw.uniform(0, 1.1 * seconds))
        found = state_on_postgresql(postgresql, url)
        assert found in (old, new), f"half an upgrade: {found[0]}"
        seen.append(found == new)
        House(Settings(data=tmp_path / name_of(url), database_url=url, secret_key=SECRET_KEY)).close()
        assert state_on_postgresql(postgresql, url) == new
        postgresql.drop_database(url)
    figure("R12", f"kill -9 in an upgrade from schema {dump.stem} on PostgreSQL", POSTGRESQL_KILLS, "kills",
           f"{seen.count(False)} old, {seen.count(True)} new, 0 between")  # fmt: skip

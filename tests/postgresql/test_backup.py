"""Backups on PostgreSQL, and from one engine to the other and back: the same rows, files and journals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from counterfoil.house import House
from counterfoil.settings import Settings
from tests.plugins.repeatable import is_full_size
from tests.support.backups import bring_back, contents, forged, refusal, run, save
from tests.support.postgres import Postgres

BACKUPS = Path(__file__).parents[1] / "fixtures" / "backups"
EVERY = sorted(BACKUPS.glob("*.tar"))
NEWEST = EVERY[-1]


def said(archive: Path) -> dict[str, bytes]:
    """All that an archive says, but for when it was made."""
    members = contents(archive)
    manifest: dict[str, Any] = json.loads(members.pop("manifest.json"))
    members.pop("manifest.sha256")
    return members | {"manifest": json.dumps(manifest | {"created_at": ""}).encode()}


@pytest.fixture
def empty(postgresql: Postgres) -> str:
    """The address of an empty database."""
    return postgresql.new_database(is_migrated=False)


def test_from_sqlite_to_postgresql_and_back_everything_is_the_same(empty: str, tmp_path: Path) -> None:
    bring_back(NEWEST, tmp_path / "one", "--database-url", empty)
    assert not (tmp_path / "one" / "counterfoil.db").exists()
    save(tmp_path / "one", tmp_path / "postgresql.tar", "--database-url", empty)
    bring_back(tmp_path / "postgresql.tar", tmp_path / "two")
    save(tmp_path / "two", tmp_path / "sqlite.tar")
    assert said(tmp_path / "postgresql.tar") == said(NEWEST)
    assert said(tmp_path / "sqlite.tar") == said(NEWEST)


@pytest.mark.parametrize("archive", EVERY[:-1] if is_full_size() else EVERY[:1], ids=lambda path: path.stem)
def test_a_backup_of_an_older_schema_restores_into_postgresql(archive: Path, empty: str, tmp_path: Path) -> None:
    assert bring_back(archive, tmp_path / "data", "--database-url", empty)["documents"] >= 5
    House(Settings(data=tmp_path / "data", database_url=empty)).close()  # which checks schema and triggers


def test_a_database_that_is_not_empty_is_left_as_it_is(postgresql: Postgres, tmp_path: Path) -> None:
    url = postgresql.new_database()
    assert "createdb" in refusal(run("restore", NEWEST, "--data", tmp_path / "data", "--database-url", url))
    assert not (tmp_path / "data").exists()


def test_what_is_refused_leaves_no_table_behind(postgresql: Postgres, empty: str, tmp_path: Path) -> None:
    def alter(manifest: dict[str, Any], rows: dict[str, list[Any]]) -> None:
        rows["client_invoices"][0][list(manifest["tables"]["client_invoices"]["columns"]).index("status")] = "paid"

    (tmp_path / "bad.tar").write_bytes(forged(NEWEST, alter))
    run_it = run("restore", tmp_path / "bad.tar", "--data", tmp_path / "data", "--database-url", empty)
    assert "altered" in refusal(run_it)
    with postgresql.connect(empty) as conn:
        tables = conn.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        assert tables.fetchall() == []
    assert not (tmp_path / "data").exists()

"""A backup of every released schema restores into this version, and every document in it is what it was."""

from __future__ import annotations

import gzip
import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from counterfoil.app import DATABASE_FILE
from counterfoil.store import migrations
from tests.support.backups import bring_back, contents, forged, refusal, run

BACKUPS = Path(__file__).parents[1] / "fixtures" / "backups"
EVERY = sorted(BACKUPS.glob("*.tar"))
DOCUMENTS = ("client_invoices", "credit_notes", "quotes", "supplier_invoices")


def digests_in(archive: Path) -> dict[str, str]:
    """Id to SHA-256 of all that the archive says of a document, read with nothing of ours."""
    members = contents(archive)
    tables: dict[str, Any] = json.loads(members["manifest.json"])["tables"]
    found = {}
    for name in set(DOCUMENTS) & tables.keys():
        columns = list(tables[name]["columns"])
        for part in tables[name]["parts"]:
            for line in gzip.decompress(members[part["name"]]).splitlines():
                row = dict(zip(columns, json.loads(line), strict=True))
                found[row["id"]] = digest(row)
    return found


def digests_at(data: Path) -> dict[str, str]:
    """The same of a SQLite database."""
    found = {}
    with closing(sqlite3.connect(data / DATABASE_FILE)) as sql:
        sql.row_factory = sqlite3.Row
        for name in DOCUMENTS:
            for row in sql.execute(f"SELECT * FROM {name}"):
                found[row["id"]] = digest(dict(row))
    return found


def digest(row: dict[str, Any]) -> str:
    plain = {name: int(value) if isinstance(value, bool) else value for name, value in row.items()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def test_every_schema_has_its_backup() -> None:
    """Missing: .venv/bin/python -m tests.fixtures.backups"""
    assert [path.stem for path in EVERY] == [f"{number:04d}" for number in range(1, int(migrations.HEAD) + 1)]


def test_no_table_of_this_version_is_left_out(tmp_path: Path) -> None:
    bring_back(EVERY[-1], tmp_path / "data")
    with closing(sqlite3.connect(tmp_path / "data" / DATABASE_FILE)) as sql:
        tables = {name for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    told = json.loads(contents(EVERY[-1])["manifest.json"])["tables"].keys()
    assert {name for name in tables if not name.startswith("sqlite_")} == told | {"alembic_version"}


@pytest.mark.parametrize("archive", EVERY, ids=lambda path: path.stem)
def test_it_restores_with_every_document_as_it_was(archive: Path, tmp_path: Path) -> None:
    told = bring_back(archive, tmp_path / "data")
    assert told["schema"] == f"{archive.stem}, now {migrations.HEAD}"
    wanted = digests_in(archive)
    assert wanted
    assert digests_at(tmp_path / "data") == wanted
    assert json.loads(run("verify", "--data", tmp_path / "data", "--json").stdout)


def test_one_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    newer = tmp_path / "newer.tar"
    newer.write_bytes(forged(EVERY[-1], lambda manifest, _rows: manifest.update(schema_revision="0999")))
    assert "newer version (schema 0999" in refusal(run("restore", newer, "--data", tmp_path / "data"))
    assert not (tmp_path / "data").exists()

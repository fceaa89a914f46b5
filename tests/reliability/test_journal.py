"""R11: whatever is altered of an issued document, a stored file or the journal is found, and named."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from counterfoil.app import House
from counterfoil.store import triggers
from tests.plugins.figures import Figure, chance
from tests.plugins.repeatable import is_full_size
from tests.support.houses import SteppingClock, open_house
from tests.support.sealed import said, sealed_company, verified

EDITS = 1_000 if is_full_size() else 100
DOCUMENTS = ("client_invoices", "credit_notes", "quotes", "supplier_invoices", "attachments")
# Edits by their share: rows, the journal, bytes, and which file a document's format is.
KINDS = ("row",) * 5 + ("journal",) * 3 + ("bytes", "format")


@dataclass(frozen=True)
class Edit:
    """One edit. names: what a finding must name. undo: for what no transaction takes back."""

    what: str
    names: str
    undo: Callable[[], object] = lambda: None


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder, clock = tmp_path_factory.mktemp("journal"), SteppingClock()
    opened = open_house(folder / "data", clock)
    sealed_company(opened, clock, folder / "mail")
    yield opened
    opened.close()


@contextmanager
def unguarded(house: House) -> Iterator[Connection]:
    """A connection whose guards are off, and all that is done on it is taken back."""
    with house.database.engine.connect() as conn:
        conn.exec_driver_sql("BEGIN IMMEDIATE")
        for name in triggers.NAMES["sqlite"]:
            conn.exec_driver_sql(f"DROP TRIGGER {name}")
        try:
            yield conn
        finally:
            conn.exec_driver_sql("ROLLBACK")


def test_every_edit_is_found_and_named(house: House, figure: Figure) -> None:
    draw = chance("edits")
    missed = []
    for number in range(EDITS):
        with unguarded(house) as conn:
            edit = _EDITS[draw.choice(KINDS)](house, conn, draw)
            found = said(verified(house, conn))
        edit.undo()
        if json.dumps(edit.names, ensure_ascii=False)[1:-1] not in found:
            missed.append((number, edit.what, edit.names, found))
    assert missed == []
    assert verified(house).findings == ()
    figure("R11", "random edits of issued rows, stored files and the journal", EDITS, "edits", "all found and named")


def test_what_is_unaltered_is_fine_before_and_after(house: House) -> None:
    before = verified(house)
    with unguarded(house) as conn:
        conn.exec_driver_sql("UPDATE client_invoices SET frozen = '{}' WHERE status = 'draft'")
        conn.exec_driver_sql("DELETE FROM jobs")
        found = verified(house, conn)
    assert before.findings == ()
    assert {finding.subject for finding in found.findings} == {"triggers"}
    assert verified(house) == before


def _row(_house: House, conn: Connection, draw: random.Random) -> Edit:
    table = draw.choice(DOCUMENTS)
    kept = " WHERE finalized_at IS NOT NULL" if table in DOCUMENTS[:3] else ""
    rows = conn.exec_driver_sql(f"SELECT * FROM {table}{kept} ORDER BY id").mappings().fetchall()
    row = draw.choice(rows)
    name = _name_of(conn, table, row)
    if draw.random() < 0.1:
        conn.exec_driver_sql(f"DELETE FROM {table} WHERE id = ?", (row["id"],))
        return Edit(f"{table} deleted", row["id"] if table == "attachments" else name)
    column = draw.choice([each for each in row if each not in ("organization_id", "id")])
    after = _altered(row[column], draw)
    conn.exec_driver_sql(f"UPDATE {table} SET {column} = ? WHERE id = ?", (after, row["id"]))
    if (table, column) == ("attachments", "file_name"):
        name = after
    return Edit(f"{table}.{column}", name)


def _name_of(conn: Connection, table: str, row: Any) -> str:
    if table == "attachments":
        return str(row["file_name"])
    if table == "supplier_invoices":
        return str(json.loads(row["body"])["file_name"])
    return str(row["number"])


def _altered(value: Any, draw: random.Random) -> Any:
    """Another value of the same kind, the nearest that can be."""
    if value is None:
        return "1"
    if isinstance(value, int):
        return value + draw.choice((1_000, 1_001))  # a place in an order is taken by one row only
    if not value:
        return "x"
    place = draw.randrange(len(value))
    return value[:place] + chr(ord(value[place]) ^ 16) + value[place + 1 :]


def _journal(_house: House, conn: Connection, draw: random.Random) -> Edit:
    positions = conn.exec_driver_sql("SELECT position FROM journal ORDER BY position").scalars().fetchall()
    at, last = draw.choice(positions), positions[-1]
    what = draw.choice(("edit", "edit", "edit", "delete", "tail", "put in", "swap", "head"))
    if what == "head":
        conn.exec_driver_sql("UPDATE organizations SET journal_hash = ?", (hashlib.sha256(b"other").hexdigest(),))
        return Edit(what, "journal head")
    if what == "put in":
        columns = "organization_id, type, subject_kind, subject_id, principal, client, request_id, occurred_at, data"
        conn.exec_driver_sql(
            f"INSERT INTO journal ({columns}, state, hash, position) "
            f"SELECT {columns}, state, hash, {last + 1} FROM journal WHERE position = {at}"
        )
        return Edit(what, f"journal entry {last + 1}")
    if what in ("delete", "tail"):
        first = at
        conn.exec_driver_sql(f"DELETE FROM journal WHERE position {'=' if what == 'delete' else '>='} {first}")
        many = what == "tail" and first < last
        return Edit(what, f"journal entries {first} to {last}" if many else f"journal entry {first}")
    if what == "swap":
        other = at % last + 1
        for old, new in ((at, -1), (other, at), (-1, other)):
            conn.exec_driver_sql(f"UPDATE journal SET position = {new} WHERE position = {old}")
        return Edit(what, f"journal entry {at}")
    row = conn.exec_driver_sql("SELECT * FROM journal WHERE position = ?", (at,)).mappings().one()
    column = draw.choice([each for each in row if each not in ("organization_id", "position")])
    after = _altered(row[column], draw)
    conn.exec_driver_sql(f"UPDATE journal SET {column} = ? WHERE position = ?", (after, at))
    return Edit(f"journal.{column}", f"journal entry {at}")


def _bytes(house: House, conn: Connection, draw: random.Random) -> Edit:
    rows = conn.exec_driver_sql("SELECT file_name, sha256 FROM attachments ORDER BY id").fetchall()
    name, key = draw.choice(rows)
    path = Path(house.settings.data) / "files" / key[:2] / key
    before = path.read_bytes()
    if draw.random() < 0.2:
        path.unlink()
    else:
        place = draw.randrange(len(before))
        path.write_bytes(before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :])
    return Edit("bytes", name, undo=lambda: path.write_bytes(before))


def _format(_house: House, conn: Connection, draw: random.Random) -> Edit:
    rows = conn.exec_driver_sql("SELECT document_id, kind, attachment_id FROM document_files ORDER BY 1, 2").fetchall()
    document_id, kind, attachment_id = draw.choice(rows)
    name = conn.exec_driver_sql("SELECT file_name FROM attachments WHERE id = ?", (attachment_id,)).scalar_one()
    where = "WHERE document_id = ? AND kind = ?"
    if draw.random() < 0.3:
        conn.exec_driver_sql(f"DELETE FROM document_files {where}", (document_id, kind))
        return Edit("format deleted", name)
    other = draw.choice([each[2] for each in rows if each[2] != attachment_id])
    change = f"UPDATE document_files SET attachment_id = ? {where}"
    conn.exec_driver_sql(change, (other, document_id, kind))
    return Edit("format moved", name)


_EDITS = {"row": _row, "journal": _journal, "bytes": _bytes, "format": _format}

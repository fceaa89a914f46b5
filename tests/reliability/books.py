"""What must be true of the books, whatever happened to the processes that wrote them: read with plain SQL.

`data` is a directory with a database in it, or the address of one on PostgreSQL.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from counterfoil.store.paging import BLOCK

DATABASE = "counterfoil.db"


class OnPostgresql:
    """Takes the questions that SQLite takes."""

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self._conn = conn

    def execute(self, question: str, values: tuple[object, ...] = ()) -> psycopg.Cursor[Any]:
        return self._conn.execute(question.replace("?", "%s").encode(), values or None)


Sql = sqlite3.Connection | OnPostgresql


@contextmanager
def opened(data: Path | str) -> Iterator[Sql]:
    if isinstance(data, Path):
        with closing(sqlite3.connect(data / DATABASE)) as sql:
            yield sql
        return
    with psycopg.connect(data.replace("+psycopg", "")) as conn:
        yield OnPostgresql(conn)


def issued_numbers(data: Path | str, organization_id: str) -> dict[str, str]:
    """Id to number of every finalized invoice."""
    with opened(data) as sql:
        found = sql.execute(
            "SELECT id, number FROM client_invoices WHERE organization_id = ? AND finalized_at IS NOT NULL",
            (organization_id,),
        )
        return dict(found.fetchall())


def check(data: Path | str, organization_id: str, year: str) -> int:
    """The database is whole; numbers run from 1 without gap or double; texts, counts, counter and events agree.

    Returns how many invoices are issued. All of them must be numbered automatically, in one year.
    """
    with opened(data) as sql:
        if isinstance(sql, sqlite3.Connection):
            assert sql.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = sql.execute(
            "SELECT id, seq, status, number, finalized_at, frozen, live FROM client_invoices WHERE organization_id = ?",
            (organization_id,),
        ).fetchall()
        issued = [row for row in rows if row[4]]
        expected = [f"F-{year}-{n:03d}" for n in range(1, len(issued) + 1)]
        assert sorted(row[3] for row in issued) == sorted(expected), "a gap or a double"
        for _, _, status, number, _, frozen, live in issued:
            assert json.loads(frozen)["number"] == number
            assert json.loads(live)["status"] == status
        (next_value,) = sql.execute(
            "SELECT next_value FROM counters WHERE organization_id = ? AND year = ?", (organization_id, int(year))
        ).fetchone() or (1,)
        assert next_value == len(issued) + 1
        _check_counts(sql, organization_id, rows)
        _check_events(sql, organization_id, issued)
    return len(issued)


def _check_counts(sql: Sql, organization_id: str, rows: list[tuple[str, ...]]) -> None:
    kept = sql.execute("SELECT status, total, blocks FROM list_counts WHERE organization_id = ?", (organization_id,))
    recount = Counter(row[2] for row in rows)
    for status, total, blocks in kept:
        in_blocks = Counter(int(row[1]) // BLOCK for row in rows if row[2] == status)
        assert total == recount.pop(status, 0), status
        assert [in_blocks[n] for n in range(len(array("I", blocks)))] == list(array("I", blocks)), status
    assert not +recount, "rows that no count knows"
    (last,) = sql.execute("SELECT seq_last FROM organizations WHERE id = ?", (organization_id,)).fetchone()
    assert last == max((int(row[1]) for row in rows), default=0)


def _check_events(sql: Sql, organization_id: str, issued: list[tuple[str, ...]]) -> None:
    events = sql.execute(
        "SELECT subject_id FROM journal WHERE organization_id = ? AND type IN ('finalized', 'created_and_finalized')",
        (organization_id,),
    )
    assert sorted(document for (document,) in events) == sorted(row[0] for row in issued)

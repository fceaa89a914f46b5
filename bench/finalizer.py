"""The other side of a finalize: `python -m bench.finalizer PORT URL`, the least FastAPI application that issues drafts.

One plain `def` route: a bare transaction that locks the same counter row, takes a number, and writes the rows that a
finalize of ours writes: the document's, both counts of lists, the counter, the journal's entry and its head, the job.
No authentication, validation, rules or hashing. URL: sqlite:///FILE or postgresql://…
"""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
import uuid
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import uvicorn
from fastapi import FastAPI, Response

BLOCK = 2048


class Cursor(Protocol):
    def execute(self, sql: str, parameters: tuple[Any, ...] = ()) -> Any: ...


class SQLite:
    """One connection a thread, one writer at a time: waiting in the database alone is unfair (two seconds at times)."""

    mark = "?"
    lock = ""

    def __init__(self, url: str) -> None:
        self._file = url.removeprefix("sqlite:///")
        self._local = threading.local()
        self._lock = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        sql = getattr(self._local, "sql", None)
        if sql is None:
            sql = self._local.sql = sqlite3.connect(self._file, isolation_level=None, timeout=30)
            sql.execute("PRAGMA journal_mode = WAL")
            sql.execute("PRAGMA synchronous = FULL")
        with self._lock:
            sql.execute("BEGIN IMMEDIATE")
            yield sql
            sql.execute("COMMIT")


class PostgreSQL:
    """A pool of connections; the counter's row is locked first, so that writers queue up there."""

    mark = "%s"
    lock = " FOR UPDATE"

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: list[Any] = []
        self._guard = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        import psycopg

        with self._guard:
            conn = self._free.pop() if self._free else None
        conn = conn or psycopg.connect(self._url)
        with conn.transaction():
            yield conn
        with self._guard:
            self._free.append(conn)


class Finalizer:
    """Issues drafts of the one organization that is there."""

    def __init__(self, engine: SQLite | PostgreSQL) -> None:
        self._engine = engine

    def finalize(self, invoice_id: str) -> str:
        """The document as JSON."""
        with self._engine.transaction() as sql:
            return self._issued(sql, invoice_id)

    def _run(self, sql: Cursor, statement: str, *values: Any) -> Any:
        return sql.execute(statement.replace("?", self._engine.mark), values)

    def _issued(self, sql: Cursor, invoice_id: str) -> str:
        counter = "SELECT organization_id, year, next_value FROM counters WHERE kind = 'client_invoice'"
        organization, year, value = self._run(sql, counter + self._engine.lock).fetchone()
        found = "SELECT seq, frozen, live, updated_at FROM client_invoices WHERE organization_id = ? AND id = ?"
        seq, frozen, live, now = self._run(sql, found, organization, invoice_id).fetchone()
        number = f"F-{year}-{value:03d}"
        frozen = json.dumps(json.loads(frozen) | {"number": number})
        self._run(
            sql, "UPDATE counters SET next_value = ?, last_issue_date = ? WHERE organization_id = ? AND kind = "
            "'client_invoice' AND year = ?", value + 1, now[:10], organization, year,
        )  # fmt: skip
        self._run(
            sql, "UPDATE client_invoices SET status = 'unpaid', number = ?, frozen = ?, live = ?, finalized_at = ?, "
            "updated_at = ?, version = version + 1 WHERE organization_id = ? AND id = ?",
            number, frozen, live.replace('"draft"', '"unpaid"'), now, now, organization, invoice_id,
        )  # fmt: skip
        for status, step in (("draft", -1), ("unpaid", 1)):
            self._count(sql, organization, status, seq, step)
        self._tell(sql, organization, invoice_id, now)
        return f"{frozen[:-1]},{live[1:]}"

    def _tell(self, sql: Cursor, organization: str, invoice_id: str, now: str) -> None:
        """The journal's entry, its head and the job."""
        (position,) = self._run(sql, "SELECT journal_position FROM organizations WHERE id = ?", organization).fetchone()
        self._run(
            sql, "INSERT INTO journal (organization_id, position, type, subject_kind, subject_id, principal, client, "
            "request_id, occurred_at, data, state, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            organization, position + 1, "finalized", "client_invoice", invoice_id, "key:bench", "", "0" * 32, now, "{}",
            "1:" + "0" * 64, "0" * 64,
        )  # fmt: skip
        self._run(
            sql, "UPDATE organizations SET journal_position = ?, journal_hash = ? WHERE id = ?",
            position + 1, "0" * 64, organization,
        )  # fmt: skip
        self._run(
            sql, "INSERT INTO jobs (id, organization_id, kind, payload, run_at, attempts, error, is_dead, created_at) "
            "VALUES (?, ?, 'none', ?, ?, 0, '', ?, ?)",
            str(uuid.uuid4()), organization, f'{{"document_id":"{invoice_id}"}}', now, True, now,
        )  # fmt: skip

    def _count(self, sql: Cursor, organization: str, status: str, seq: int, step: int) -> None:
        key = (organization, "client_invoice", status, False)
        where = "WHERE organization_id = ? AND kind = ? AND status = ? AND imported = ?"
        found = self._run(sql, f"SELECT total, blocks FROM list_counts {where}", *key).fetchone()
        total, blocks = (found[0], array("I", bytes(found[1]))) if found else (0, array("I"))
        blocks.extend([0] * (seq // BLOCK + 1 - len(blocks)))
        blocks[seq // BLOCK] += step
        if found:
            self._run(
                sql, f"UPDATE list_counts SET total = ?, blocks = ? {where}", total + step, blocks.tobytes(), *key
            )
        else:
            columns = "organization_id, kind, status, imported, total, blocks"
            self._run(
                sql, f"INSERT INTO list_counts ({columns}) VALUES (?, ?, ?, ?, ?, ?)", *key, step, blocks.tobytes()
            )


def application(url: str) -> FastAPI:
    """The application on the database at `url`."""
    app = FastAPI()
    finalizer = Finalizer(SQLite(url) if url.startswith("sqlite") else PostgreSQL(url))

    @app.post("/finalize/{id}")
    def finalize(id: str) -> Response:
        return Response(f'{{"client_invoice":{finalizer.finalize(id)}}}', media_type="application/json")

    return app


if __name__ == "__main__":
    uvicorn.run(application(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="error")

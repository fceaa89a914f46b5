"""The other side: the least FastAPI application with the same duty. `python -m bench.baseline DATABASE PORT`.

Plain `def` routes and the sqlite3 module, one connection a thread, statements written by hand: no authentication, no
validation, no rules. What Counterfoil costs on top of this is what the measurements show.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
import uuid
from array import array
from typing import Annotated, Any

import uvicorn
from fastapi import Body, FastAPI, Response

BLOCK = 2048
_ONE = "SELECT frozen, live FROM client_invoices WHERE organization_id = ? AND id = ?"
_LIST = (
    "SELECT frozen, live FROM client_invoices WHERE organization_id = ? AND imported = 0 AND seq <= ? "
    "ORDER BY seq DESC LIMIT 100"
)


class Connections(threading.local):
    """One connection a thread."""

    def __init__(self, path: str) -> None:
        self.sql = sqlite3.connect(path, isolation_level=None, timeout=30)
        self.sql.execute("PRAGMA journal_mode = WAL")
        self.sql.execute("PRAGMA synchronous = FULL")


class Writer:
    """Writes the rows of one finalized invoice, all in one durable commit; copies of a row that is there."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._lock = threading.Lock()
        sql = connections.sql
        cursor = sql.execute("SELECT * FROM client_invoices ORDER BY seq DESC LIMIT 1")
        self._row = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
        self._seq = int(self._row["seq"])
        self._entries: int = sql.execute("SELECT MAX(position) FROM journal").fetchone()[0]
        self._insert = (
            f"INSERT INTO client_invoices ({', '.join(self._row)}) VALUES ({', '.join('?' for _ in self._row)})"
        )

    def write(self, events: int) -> str:
        """The invoice's two texts as one. events: how many events and jobs go with it."""
        with self._lock:
            return self._write(self._connections.sql, events)

    def _write(self, sql: sqlite3.Connection, events: int) -> str:
        self._seq += 1
        document_id, token = str(uuid.uuid4()), uuid.uuid4().hex
        row = self._row | {"id": document_id, "seq": self._seq, "number": f"B-{self._seq}", "public_token": token}
        organization, now = row["organization_id"], row["created_at"]
        sql.execute("BEGIN IMMEDIATE")
        sql.execute(
            "UPDATE organizations SET seq_last = ?, created_at_last = ? WHERE id = ?", (self._seq, now, organization)
        )
        sql.execute(
            "UPDATE counters SET next_value = ? WHERE organization_id = ? AND kind = 'client_invoice'",
            (self._seq, organization),
        )
        sql.execute(self._insert, tuple(row.values()))
        sql.execute(
            "INSERT INTO public_links (token, organization_id, document_kind, document_id) VALUES (?, ?, ?, ?)",
            (token, organization, "client_invoice", document_id),
        )
        self._count(sql, organization)
        for _ in range(events):
            sql.execute(
                "INSERT INTO journal (organization_id, position, type, subject_kind, subject_id, principal, client, "
                "request_id, occurred_at, data, state, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    organization, self._next_position(), "finalized", "client_invoice", document_id, "key:init", "",
                    token[:32], now, "{}", "1:" + "0" * 64, "0" * 64,
                ),
            )  # fmt: skip
            sql.execute(
                "UPDATE organizations SET journal_position = ?, journal_hash = ? WHERE id = ?",
                (self._entries, "0" * 64, organization),
            )
            sql.execute(
                "INSERT INTO jobs (id, organization_id, kind, payload, run_at, attempts, error, is_dead, created_at) "
                "VALUES (?, ?, 'none', ?, ?, 0, '', 1, ?)",
                (str(uuid.uuid4()), organization, f'{{"document_id":"{document_id}","version":1}}', now, now),
            )
        sql.execute("COMMIT")
        return f"{row['frozen'][:-1]},{row['live'][1:]}"

    def _next_position(self) -> int:
        self._entries += 1
        return self._entries

    def _count(self, sql: sqlite3.Connection, organization: str) -> None:
        key = (organization, "client_invoice", "unpaid", False)
        found = sql.execute(
            "SELECT total, blocks FROM list_counts WHERE organization_id = ? AND kind = ? AND status = ? "
            "AND imported = ?", key,
        ).fetchone()  # fmt: skip
        total, blocks = found[0], array("I", found[1])
        blocks.extend([0] * (self._seq // BLOCK + 1 - len(blocks)))
        blocks[self._seq // BLOCK] += 1
        sql.execute(
            "UPDATE list_counts SET total = ?, blocks = ? WHERE organization_id = ? AND kind = ? AND status = ? "
            "AND imported = ?", (total + 1, blocks.tobytes(), *key),
        )  # fmt: skip


def application(path: str) -> FastAPI:
    """The application on the database at `path`."""
    app = FastAPI()
    connections = Connections(path)
    writer: list[Writer] = []

    @app.get("/one/{organization_id}/{id}")
    def one(organization_id: str, id: str) -> Response:
        frozen, live = connections.sql.execute(_ONE, (organization_id, id)).fetchone()
        return Response(f'{{"client_invoice":{frozen[:-1]},{live[1:]}}}', media_type="application/json")

    @app.get("/list/{organization_id}")
    def page(organization_id: str, last_seq: int) -> Response:
        rows = connections.sql.execute(_LIST, (organization_id, last_seq))
        texts = ",".join(f"{frozen[:-1]},{live[1:]}" for frozen, live in rows)
        return Response(f'{{"client_invoices":[{texts}]}}', media_type="application/json")

    @app.post("/write")
    def write(body: Annotated[dict[str, Any], Body()], events: int = 1) -> Response:
        if not writer:
            writer.append(Writer(connections))
        return Response(f'{{"client_invoice":{writer[0].write(events)}}}', media_type="application/json")

    return app


if __name__ == "__main__":
    uvicorn.run(application(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), access_log=False, log_level="error")

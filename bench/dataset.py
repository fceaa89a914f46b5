"""Data directories to measure on: an organization, a client, real invoices, and as many copies as asked for."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import subprocess
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.client import Client, request
from bench.processes import COUNTERFOIL, counterfoil, environment

BLOCK = 2048
ORIGINALS = 100
# Of twenty invoices in a row: how a company's books look after some years.
STATUSES = ("paid",) * 12 + ("unpaid",) * 7 + ("canceled",)
FULL_LINES_UP_TO = 100_000  # a million invoices of three lines would need 6 GB
_INIT = (
    "--country", "FR", "--legal-name", "Atelier du Banc SARL", "--iban", "FR7630006000011234567890189",
    "--legal-number", "732829320", "--vat-number", "FR44732829320", "--address", "1 rue des Essais",
    "--zip", "75001", "--city", "Paris", "--email", "banc@example.com",
)  # fmt: skip
CLIENT = {
    "kind": "company", "name": "Étude & Fils SAS", "email": "compta@example.org", "currency": "EUR", "locale": "fr",
    "vat_number": "FR44732829320", "tax_identification_number": "732829320",
    "billing_address": {
        "street_address": "2 avenue des Mesures", "city": "Lyon", "zip_code": "69001", "country_code": "FR",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data directory with its one organization. key: for the Authorization header."""

    data: Path
    organization_id: str
    key: str
    client_id: str

    def ids(self, count: int) -> list[str]:
        """Ids of invoices, spread over the whole table."""
        with sqlite3.connect(self.data / "counterfoil.db") as sql:
            most = sql.execute("SELECT max(seq) FROM client_invoices").fetchone()[0]
            found = [
                sql.execute(
                    "SELECT id FROM client_invoices WHERE seq >= ? LIMIT 1", (1 + n * most // count,)
                ).fetchone()
                for n in range(count)
            ]
        return [str(row[0]) for row in found]


def invoice_body(client_id: str, *, status: str, lines: int = 3) -> dict[str, Any]:
    """A create request with `lines` lines at three VAT rates."""
    items = [
        {
            "title": f"Prestation {n + 1}", "description": "Conception et réalisation, sur place", "unit": "jour",
            "quantity": f"{1 + n % 7}.5", "unit_price": {"value": f"{100 + n}.50", "currency": "EUR"},
            "vat_rate": ("0.2", "0.1", "0.055")[n % 3],
        }
        for n in range(lines)
    ]  # fmt: skip
    return {
        "client_id": client_id, "issue_date": "2026-03-02", "due_date": "2026-04-01", "currency": "EUR",
        "performance_start_date": "2026-03-01", "status": status, "items": items,
    }  # fmt: skip


def make(data: Path, *, lines: int = 3, database_url: str | None = None) -> Dataset:
    """A new directory, with ORIGINALS unpaid invoices of `lines` lines made through the API.

    database_url: of an empty PostgreSQL database that takes the place of the one in the directory.
    """
    shutil.rmtree(data, ignore_errors=True)
    options = ["--database-url", database_url] if database_url else []
    organization = _initialized(data, options)
    key = organization["api_key"]
    with counterfoil(data, "--no-jobs", *options) as (port, _):
        client = Client(port)
        client_id = _made(client, request("POST", "/v2/clients", key=key, body=CLIENT), "client")["id"]
        body = request(
            "POST", "/v2/client_invoices", key=key, body=invoice_body(client_id, status="unpaid", lines=lines)
        )
        for _ in range(ORIGINALS):
            _made(client, body, "client_invoice")
        client.close()
    if not database_url:
        _forget_jobs(data)
    return Dataset(data, organization["organization_id"], key, client_id)


def another(port: int, dataset: Dataset, database_url: str) -> Dataset:
    """One more organization in the same database, with a client, made beside the server on `port`."""
    organization = _initialized(dataset.data, ["--database-url", database_url])
    client = Client(port)
    made = _made(client, request("POST", "/v2/clients", key=organization["api_key"], body=CLIENT), "client")
    client.close()
    return Dataset(dataset.data, organization["organization_id"], organization["api_key"], made["id"])


def _initialized(data: Path, options: list[str]) -> dict[str, Any]:
    made = subprocess.run(
        [str(COUNTERFOIL), "init", "--data", str(data), *options, *_INIT, "--json"],
        env=environment(), check=True, capture_output=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(made.stdout)
    return told


def grown(work: Path, rows: int, *, lines: int | None = None) -> Dataset:
    """A directory with `rows` invoices, made at the first call and found again at the next ones.

    lines: of each invoice; without it 3, or 1 where there are very many.
    """
    lines = lines or (1 if rows > FULL_LINES_UP_TO else 3)
    data = work / f"rows-{rows}-{lines}"
    note = data / "bench.json"
    if not note.exists():
        made = make(data, lines=lines)
        grow(made, rows)
        note.write_text(
            json.dumps({"organization_id": made.organization_id, "key": made.key, "client": made.client_id})
        )
    kept = json.loads(note.read_text())
    return Dataset(data, kept["organization_id"], kept["key"], kept["client"])


def copied(dataset: Dataset, data: Path) -> Dataset:
    """The same again in another directory."""
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(dataset.data, data)
    return Dataset(data, dataset.organization_id, dataset.key, dataset.client_id)


def grow(dataset: Dataset, rows: int) -> None:
    """Copies invoices until there are `rows`: new id, seq, number and token in columns and text, counts kept true."""
    sql = sqlite3.connect(dataset.data / "counterfoil.db", isolation_level=None)
    sql.execute("PRAGMA synchronous = OFF")
    sql.execute("PRAGMA cache_size = -200000")
    names = [row[1] for row in sql.execute("PRAGMA table_info(client_invoices)")]
    status = "CASE " + " ".join(f"WHEN n.seq % 20 = {n} THEN '{name}'" for n, name in enumerate(STATUSES)) + " END"
    new = {
        "status": status,
        "live": f'replace(o.live, \'"status":"unpaid"\', \'"status":"\' || {status} || \'"\')',
        "id": "printf('%s%012x', substr(o.id, 1, 24), n.seq)",
        "seq": "n.seq",
        "number": "printf('C-%07d', n.seq)",
        "public_token": "printf('%s%x', substr(o.public_token, 1, 30), n.seq)",
        "frozen": "replace(replace(o.frozen, o.id, printf('%s%012x', substr(o.id, 1, 24), n.seq)), "
        "o.number, printf('C-%07d', n.seq))",
    }
    start = sql.execute("SELECT max(seq) FROM client_invoices").fetchone()[0]
    sql.execute("BEGIN")
    sql.execute(
        f"WITH RECURSIVE n(seq) AS (SELECT ? UNION ALL SELECT seq + 1 FROM n WHERE seq < ?) "
        f"INSERT INTO client_invoices ({', '.join(names)}) "
        f"SELECT {', '.join(new.get(name, 'o.' + name) for name in names)} "
        "FROM n JOIN client_invoices o ON o.seq = 1 + n.seq % ?",
        (start + 1, rows, start),
    )
    _recount(sql, dataset.organization_id, rows)
    sql.execute("COMMIT")
    sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sql.close()


def waiting_jobs(data: Path) -> int:
    """How many jobs are queued."""
    with contextlib.closing(sqlite3.connect(data / "counterfoil.db")) as sql:
        return int(sql.execute("SELECT count(*) FROM jobs WHERE is_dead = 0").fetchone()[0])


def _recount(sql: sqlite3.Connection, organization_id: str, rows: int) -> None:
    sql.execute("DELETE FROM list_counts WHERE organization_id = ?", (organization_id,))
    for (status,) in sql.execute("SELECT DISTINCT status FROM client_invoices").fetchall():
        blocks = array("I", [0] * (rows // BLOCK + 1))
        counted = f"SELECT seq / {BLOCK}, count(*) FROM client_invoices WHERE status = ? GROUP BY 1"
        for block, count in sql.execute(counted, (status,)):
            blocks[block] = count
        sql.execute(
            "INSERT INTO list_counts (organization_id, kind, status, imported, total, blocks) "
            "VALUES (?, 'client_invoice', ?, 0, ?, ?)",
            (organization_id, status, sum(blocks), blocks.tobytes()),
        )
    sql.execute("UPDATE organizations SET seq_last = ? WHERE id = ?", (rows, organization_id))


def _made(client: Client, sent: bytes, name: str) -> dict[str, Any]:
    status, body = client.send(sent)
    if status not in (200, 201):
        raise RuntimeError(f"{status}: {body.decode()}")
    made: dict[str, Any] = json.loads(body)[name]
    return made


def _forget_jobs(data: Path) -> None:
    with sqlite3.connect(data / "counterfoil.db") as sql:
        sql.execute("DELETE FROM jobs")

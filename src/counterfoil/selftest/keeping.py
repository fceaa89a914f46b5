"""Promises about what is kept: apart, unaltered, restorable, secret, and only read by who may only read."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from counterfoil.domain.scopes import ALL_SCOPES
from counterfoil.house import DATABASE_FILE, House, open_blobs, open_database
from counterfoil.operations import organization, verification
from counterfoil.operations.work import Actor
from counterfoil.ports.ids import uuid7
from counterfoil.selftest.ground import Ground, answered, environment, need, rows
from counterfoil.settings import Settings

EDITS = 20
_READS = frozenset(scope for scope in ALL_SCOPES if scope.endswith(".read"))
_TABLES = ("client_invoices", "credit_notes", "quotes", "attachments")
_UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057"
_WRITES = ("POST", "PUT", "PATCH", "DELETE")


def _routes(http: httpx.Client) -> list[tuple[str, str]]:
    """Method and path of every route that the API describes."""
    paths: dict[str, dict[str, Any]] = answered(http.get("/openapi.json"))["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods if path.startswith("/v2/")]


def _filled(path: str, value: str) -> str:
    return re.sub(r"\{[^}]+\}", value, path)


def tenants(ground: Ground) -> str:
    """R5: another organization asks every route for what is ours."""
    with ground.http() as http, ground.http(ground.other.api_key) as other:
        ours = [ground.issue(http)["id"], ground.client_id]
        probes = [(method, path, each) for method, path in _routes(http) if "{" in path for each in ours]
        for method, path, each in probes:
            told, unknown = (_probe(other, method, _filled(path, value)) for value in (each, _UNKNOWN))
            need(told == unknown, f"{method} {path} tells of another organization: {told} and not {unknown}")
    return f"{len(probes)} probes in every route with an id: the answer is that for an unknown one"


def _probe(http: httpx.Client, method: str, path: str) -> tuple[int, str]:
    """Status and the error's words, without what differs from call to call."""
    answer = http.request(method, path, json={} if method in _WRITES else None)
    errors = answer.json().get("errors", []) if "json" in answer.headers.get("content-type", "") else []
    return answer.status_code, str([(each.get("code"), each.get("detail")) for each in errors])


def edits(ground: Ground) -> str:
    """R11: a byte of a sealed row is changed, past all guards, and verify names it."""
    altered = ground.folder / "altered"
    shutil.copytree(ground.data, altered)
    need(not _findings(altered), "verify finds an edit that nobody made")
    with closing(sqlite3.connect(altered / DATABASE_FILE, isolation_level=None)) as sql:
        for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            sql.execute(f'DROP TRIGGER "{name}"')
        query = "SELECT id, number, frozen FROM client_invoices WHERE finalized_at IS NOT NULL ORDER BY seq LIMIT ?"
        edited = sql.execute(query, (EDITS,)).fetchall()
        for invoice_id, _, frozen in edited:
            place = ground.random.randrange(len(frozen))
            changed = f"{frozen[:place]}{'0' if frozen[place] != '0' else '1'}{frozen[place + 1 :]}"
            sql.execute("UPDATE client_invoices SET frozen = ? WHERE id = ?", (changed, invoice_id))
    missed = {number for _, number, _ in edited} - _findings(altered)
    need(not missed, f"edits of {', '.join(sorted(missed))} were not found")
    return f"{len(edited)} of {len(edited)} edits found and named"


def _findings(data: Path) -> set[str]:
    """Names of what verify says was changed; the missing triggers aside."""
    settings = Settings(data=data)
    database, blobs = open_database(settings), open_blobs(settings)
    try:
        with database.read() as conn:
            found = verification.verify(conn, blobs.get).findings
    finally:
        database.dispose()
    return {each.name for each in found if each.subject != "triggers"}


def restored(ground: Ground) -> str:
    """R12: backup, and restore into an empty place."""
    archive, again = ground.folder / "archive", ground.folder / "again"
    _command("backup", str(archive), "--data", str(ground.data))
    _command("restore", str(archive), "--data", str(again))
    count = 0
    for table in _TABLES:
        query = f"SELECT * FROM {table} ORDER BY 1, 2"  # noqa: S608  # names of our own tables
        before, after = (rows(data, query) for data in (ground.data, again))
        need(before == after, f"{table} came back otherwise")
        count += len(before)
    need(not _findings(again), "what came back is altered")
    damaged = bytearray(archive.read_bytes())
    damaged[ground.random.randrange(len(damaged) // 2, len(damaged))] ^= 1
    archive.write_bytes(bytes(damaged[: len(damaged) - 100]))
    need(_command("restore", str(archive), "--data", str(ground.folder / "never"), is_refused=True), "damage")
    return f"{count} documents and files came back to the byte; a damaged archive is refused"


def _command(*words: str, is_refused: bool = False) -> bool:
    done = subprocess.run(  # noqa: S603  # our own command, with folders that we made
        [sys.executable, "-m", "counterfoil.cli.main", *words],
        env=environment(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    need((done.returncode != 0) == is_refused, f"counterfoil {words[0]}: {done.stderr[-300:]}")
    return True


def secrets(ground: Ground) -> str:
    """R14: issued secrets are looked for in every file of the folder."""
    issued = [each.api_key.partition(":")[2] for each in (ground.books, ground.other)] + [_token(ground, ALL_SCOPES)]
    with ground.http(f"Bearer {issued[-1]}") as http:
        answered(http.get("/v2/clients"))
    files = [path for path in ground.folder.rglob("*") if path.is_file()]
    for path in files:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # a file that a job was just writing has its name now
        need(not any(secret.encode() in content for secret in issued), f"a secret lies in {path.name}")
    return f"{len(issued)} secrets looked for in {len(files)} files: 0 found"


def _token(ground: Ground, scopes: frozenset[str]) -> str:
    house = House(Settings(data=ground.data))
    try:
        with house.works.write(Actor(ground.books.id, "selftest")) as work:
            name = f"selftest {uuid7(work.now)}"
            return organization.create_credential(work, name=name, login=None, scopes=scopes)
    finally:
        house.close()


def read_only(ground: Ground) -> str:
    """R15: a token that may only read tries every route that writes."""
    with ground.http() as http:
        invoice_id = ground.issue(http, status="draft")["id"]
    token = _token(ground, _READS)
    # Jobs go on beside it, and what they make is written down by themselves.
    query = (
        "SELECT (SELECT count(*) FROM journal WHERE principal NOT LIKE 'job:%'), "
        "(SELECT group_concat(id || status) FROM client_invoices)"
    )
    before = ground.rows(query)
    with ground.http(f"Bearer {token}") as http:
        answered(http.get("/v2/client_invoices"))
        tried = [(method, path) for method, path in _routes(http) if method in _WRITES]
        for method, path in tried:
            status = http.request(method, _filled(path, invoice_id), json={}).status_code
            need(status >= 400, f"{method} {path} answered {status} to who may only read")
    need(ground.rows(query) == before, "a token that may only read has written")
    return f"{len(tried)} routes that write: 0 writes"

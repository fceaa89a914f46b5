"""The ground that the self-test stands on: a folder, a server on loopback in it, and two organizations."""

from __future__ import annotations

import os
import random
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from counterfoil.house import DATABASE_FILE, House
from counterfoil.operations import organization
from counterfoil.operations.work import Actor
from counterfoil.ports.ids import uuid7
from counterfoil.selftest import samples
from counterfoil.settings import Settings

START_SECONDS = 30
PDF_SECONDS = 30


class Broken(Exception):
    """A promise was not kept."""


def need(is_kept: object, what: str) -> None:
    """Raises Broken, with what is wrong, unless it is kept."""
    if not is_kept:
        raise Broken(what)


@dataclass(frozen=True)
class Books:
    """An organization of a folder."""

    id: str
    api_key: str


def new_books(data: Path) -> Books:
    """An organization with all that it takes to finalize, made as `counterfoil init` makes one."""
    house = House(Settings(data=data))
    try:
        actor = Actor(uuid7(house.clock.now()), "selftest")
        with house.works.write(actor) as work:
            profile = organization.with_country_defaults(dict(samples.COMPANY))
            made = organization.create(work, profile, iban=samples.IBAN)
    finally:
        house.close()
    return Books(made.organization_id, made.api_key)


class Ground:
    """What the promises are kept on. folder: where everything lies; random: whatever is drawn is drawn from it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.random = random.Random(seed)  # noqa: S311  # draws test data, and the same again for the same seed
        self.books, self.other = new_books(self.data), new_books(self.data)
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the server, and waits until it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        with (self.folder / "server.log").open("ab") as log:
            command = [sys.executable, "-m", "counterfoil.cli.main", "serve", "--data", str(self.data)]
            self._server = subprocess.Popen(  # noqa: S603  # our own command, with a folder that we made
                [*command, "--port", str(self.port)], stdout=log, stderr=log, env=environment()
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._server.poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise Broken(f"the server did not start: {(self.folder / 'server.log').read_text()[-500:]}")

    def stop(self) -> None:
        """Ends the server, if it runs."""
        if self._server:
            self._server.terminate()
            try:
                self._server.wait(20)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def http(self, credential: str | None = None) -> httpx.Client:
        """A client of the first organization, or of whoever holds `credential`."""
        headers = {"Authorization": credential or self.books.api_key}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False, verify=False)  # noqa: S501  # plain HTTP to this machine

    @cached_property
    def client_id(self) -> str:
        with self.http() as http:
            return str(answered(http.post("/v2/clients", json=samples.CLIENT))["client"]["id"])

    def issue(self, http: httpx.Client, **more: Any) -> dict[str, Any]:
        """An invoice, finalized unless `more` says otherwise."""
        made = answered(http.post("/v2/client_invoices", json=samples.body(self.client_id, **more)))
        return dict(made["client_invoice"])

    def with_pdf(self, http: httpx.Client, invoice_id: str) -> dict[str, Any]:
        """The invoice once its PDF is there."""
        until = time.monotonic() + PDF_SECONDS
        while time.monotonic() < until:
            invoice: dict[str, Any] = answered(http.get(f"/v2/client_invoices/{invoice_id}"))["client_invoice"]
            if "attachment_id" in invoice:
                return invoice
            time.sleep(0.05)
        raise Broken("a PDF was not made")

    def file(self, http: httpx.Client, attachment_id: str) -> bytes:
        """A file's bytes."""
        shown = answered(http.get(f"/v2/attachments/{attachment_id}"))["attachment"]
        return http.get(shown["url"]).content

    def rows(self, query: str, *values: object) -> list[Any]:
        """What plain SQL says, past all of our code."""
        return rows(self.data, query, *values)


def rows(data: Path, query: str, *values: object) -> list[Any]:
    """What plain SQL says of a folder's database."""
    with closing(sqlite3.connect(data / DATABASE_FILE)) as sql:
        return sql.execute(query, values).fetchall()


def numbered(data: Path, organization_id: str) -> int:
    """How many invoices are issued. Raises Broken when their numbers are not 1 to N, or the database is not whole."""
    need(rows(data, "PRAGMA integrity_check") == [("ok",)], "the database is damaged")
    query = "SELECT number FROM client_invoices WHERE organization_id = ? AND finalized_at IS NOT NULL"
    found = sorted(str(number) for (number,) in rows(data, query, organization_id))
    year = date.fromisoformat(samples.DAY).year
    wanted = sorted(f"F-{year}-{n:03d}" for n in range(1, len(found) + 1))
    need(found == wanted, "a number is missing or there twice")
    return len(found)


def answered(answer: httpx.Response) -> dict[str, Any]:
    """The JSON of a good answer."""
    need(answer.status_code in (200, 201), f"{answer.request.method} {answer.request.url.path}: {answer.text[:300]}")
    return dict(answer.json())


def environment() -> dict[str, str]:
    """The environment without settings of the person who runs the self-test."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COUNTERFOIL_")}


@contextmanager
def clean_settings() -> Iterator[None]:
    """Inside the block, this process has none of those settings either."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment())
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


Check = Callable[[Ground], str]

"""Four servers and a worker on one PostgreSQL that is cut off, restarted and crashed: nothing is lost, nothing double.

The database waits for the disk at each commit, as PostgreSQL does unless told otherwise.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from counterfoil.store import instance
from counterfoil.store.engine import open_postgresql
from tests.mcp.test_endpoint import META, MODERN
from tests.plugins.figures import Figure
from tests.plugins.repeatable import is_full_size
from tests.reliability import books
from tests.reliability.wire import CUTS, Wire, issue
from tests.support.postgres import Postgres, start_postgresql
from tests.support.server import COMMAND, Api, Server, clean_environment, make_organization, start_server

REPLICAS = 4
FINALIZES = 5_000 if is_full_size() else 120
OPERATIONS = 1_000 if is_full_size() else 60
AT_ONCE = 16
TROUBLES = 40 if is_full_size() else 4
AWAY = ("503", "unavailable", "outcome_unknown", "database_busy")  # what a tool may say while the database is
SETTLED_SECONDS = 300 if is_full_size() else 60


@dataclass
class Replicas:
    """Servers that run no jobs and a worker, on one database."""

    postgres: Postgres
    url: str
    servers: list[Server]
    worker: subprocess.Popen[bytes]
    worker_log: Path
    data: Path

    def company(self) -> list[Api]:
        """A new organization, as each of the servers serves it."""
        made = make_organization(self.data, "FR", database_url=self.url)
        return [Api(server, made) for server in self.servers]

    @property
    def logs(self) -> str:
        return "".join(server.log for server in self.servers) + self.worker_log.read_text(encoding="utf-8")

    def settle(self) -> None:
        """Waits until no job is left."""
        deadline = time.monotonic() + SETTLED_SECONDS
        while time.monotonic() < deadline:
            with books.opened(self.url) as sql:
                jobs = sql.execute("SELECT kind, is_dead, attempts, error, claimed_until FROM jobs LIMIT 5").fetchall()
            if not jobs:
                return
            time.sleep(0.1)
        raise AssertionError(f"jobs are left: {jobs} {self.worker_log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    folder = tmp_path_factory.mktemp("replicas")
    postgres = start_postgresql(fsync=True)
    url = postgres.new_database()
    shared = {"COUNTERFOIL_BLOBS_URL": f"file://{folder}/files"}
    options = ("--no-jobs", "--database-url", url)
    log = folder / "worker.log"
    with log.open("wb") as written:
        worker = subprocess.Popen(
            [COMMAND, "worker", "--data", str(folder / "worker"), "--database-url", url],
            stdout=written, stderr=written, env=clean_environment(**shared),
        )  # fmt: skip
    servers = [start_server(folder / f"server-{n}", *options, **shared) for n in range(REPLICAS)]
    yield Replicas(postgres, url, servers, worker, log, folder / "cli")
    for process in (worker, *(server.process for server in servers)):
        process.send_signal(signal.SIGTERM)
    endings = [process.wait(30) for process in (worker, *(server.process for server in servers))]
    postgres.stop()
    assert endings == [0] * (REPLICAS + 1)


def test_parallel_finalizes_on_four_replicas_give_1_to_n(replicas: Replicas, figure: Figure) -> None:
    apis = replicas.company()
    client_id, chance = apis[0].client()["id"], random.Random(2)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        drafts = list(pool.map(lambda _n: chance.choice(apis).draft(client_id=client_id)["id"], range(FINALIZES)))
        numbers = [made["number"] for made in pool.map(lambda id_: chance.choice(apis).act(id_, "finalize"), drafts)]
    year = apis[0].today[:4]
    assert sorted(numbers) == sorted(f"F-{year}-{n:03d}" for n in range(1, FINALIZES + 1))
    assert books.check(replicas.url, apis[0].organization.id, year) == FINALIZES
    forget_jobs(replicas, apis[0].organization.id)
    figure("R2", "parallel finalizes on 4 replicas on PostgreSQL", FINALIZES, "finalizes", "exactly 1 to N")


@pytest.mark.timeout(1800)
def test_cut_deliveries_and_a_database_in_trouble_make_one_document_each(replicas: Replicas, figure: Figure) -> None:
    # Given a company with what one of its replicas needs to know
    api = replicas.company()[0]
    body = api.invoice_body(status="unpaid")
    wire = Wire([server.url for server in replicas.servers], api.organization.api_key)
    # When every operation is delivered three times to any of them, cut anywhere, and the database has its troubles
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: asyncio.run(issue_all(wire, body)))
        troubled = trouble(replicas, running)
        issued = running.result()
    # Then there is one document for each, as acknowledged, and no number is left out
    year = api.today[:4]
    assert headers(replicas, [invoice["id"] for invoice in issued]) == [f"operation {n}" for n in range(OPERATIONS)]
    assert {invoice["number"] for invoice in issued} == {f"F-{year}-{n:03d}" for n in range(1, OPERATIONS + 1)}
    assert books.check(replicas.url, api.organization.id, year) == OPERATIONS
    told = books.issued_numbers(replicas.url, api.organization.id)
    assert told == {invoice["id"]: invoice["number"] for invoice in issued}
    # And callers saw answers and 503, the cuts were made, and nobody logged a bug
    assert set(wire.statuses) <= {200, 503}
    assert wire.statuses[503] > 0, "the database was never away when it was asked: this showed nothing"
    assert min(wire.cuts[cut] for cut in CUTS) > OPERATIONS // 4
    assert "a bug" not in replicas.logs
    assert [line for line in replicas.logs.splitlines() if "Traceback" in line and "sqlalchemy.pool" not in line] == []
    # And the worker has made every PDF
    replicas.settle()
    with books.opened(replicas.url) as sql:
        rows = sql.execute("SELECT live FROM client_invoices WHERE organization_id = ?", (api.organization.id,))
        assert all(json.loads(live).get("attachment_id") for (live,) in rows.fetchall())
    figure(
        "R3", f"deliveries x 3 to 4 replicas, cut, PostgreSQL cut or restarted {troubled} times", OPERATIONS,
        "operations", "one document each, 0 acknowledged lost",
    )  # fmt: skip


def forget_jobs(replicas: Replicas, organization_id: str) -> None:
    """The worker has enough to do: nobody looks at these PDFs."""
    with replicas.postgres.connect(replicas.url) as conn:
        conn.execute("DELETE FROM jobs WHERE organization_id = %s", (organization_id,))


def headers(replicas: Replicas, ids: list[str]) -> list[str]:
    with books.opened(replicas.url) as sql:
        found = dict(sql.execute("SELECT id, frozen FROM client_invoices").fetchall())
    return [json.loads(found[each])["header"] for each in ids]


def test_servers_that_begin_at_once_agree_on_their_secrets(replicas: Replicas) -> None:
    database = open_postgresql(replicas.url)

    def make(_n: int) -> bytes:
        with database.write() as conn:
            return instance.make_secret(conn, "a secret of this test")

    with ThreadPoolExecutor(REPLICAS) as pool:
        made = list(pool.map(make, range(REPLICAS)))
    database.dispose()
    assert len(set(made)) == 1


async def issue_all(wire: Wire, body: dict[str, Any]) -> list[dict[str, Any]]:
    turn = asyncio.Semaphore(8)

    async def one(n: int) -> dict[str, Any]:
        async with turn:
            if n % 3 == 0:
                return await issue_by_tool(wire, body, n)
            return await issue(wire, body | {"header": f"operation {n}"}, n)

    return list(await asyncio.gather(*(one(n) for n in range(OPERATIONS))))


async def issue_by_tool(wire: Wire, body: dict[str, Any], n: int) -> dict[str, Any]:
    """The same by an assistant's tool, whose answer says by itself that the server is away."""
    arguments = {
        "client_id": body["client_id"], "items": [{"title": "Conseil", "unit_price": 100, "vat_rate_percent": 20}],
        "finalize": True, "header": f"operation {n}", "idempotency_key": f"tool-{n}",
    }  # fmt: skip
    params = {"name": "create_client_invoice", "arguments": arguments, "_meta": META}
    request = wire.bytes_of(
        "/mcp", "", {"jsonrpc": "2.0", "id": n, "method": "tools/call", "params": params},
        **{"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": MODERN,
           "Mcp-Method": "tools/call", "Mcp-Name": "create_client_invoice"},
    )  # fmt: skip
    for again in range(200):
        said = await wire.repeat(request, n + 2_000_000 + again * 7_000)
        assert all("result" in answer for answer in said), said
        answers = [answer["result"] for answer in said]
        made = [answer["structuredContent"]["client_invoice"] for answer in answers if not answer.get("isError")]
        failed = [json.dumps(answer) for answer in answers if answer.get("isError")]
        assert all(any(word in text for word in AWAY) for text in failed), failed
        wire.statuses.update([503] * len(failed))
        if made:
            assert len({invoice["id"] for invoice in made}) == 1
            return dict(made[0])
        await asyncio.sleep(0.1)
    raise AssertionError(f"the tool never answered: {failed}")


def trouble(replicas: Replicas, running: Future[Any]) -> int:
    """Connections are cut, the database is restarted, and crashes, until all is answered; how often."""
    chance = random.Random(3)
    for count in range(TROUBLES):
        time.sleep(chance.uniform(0.2, 0.5))
        if count % 3 == 0:
            cut_connections(replicas)
        else:
            replicas.postgres.restart(signal.SIGQUIT if count % 3 == 1 else signal.SIGINT)
    assert count + 1 == TROUBLES
    running.result(timeout=1_500)
    return TROUBLES


def cut_connections(replicas: Replicas) -> None:
    with replicas.postgres.connect() as conn, psycopg.ClientCursor(conn) as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                       "AND backend_type = 'client backend'")  # fmt: skip

"""Many at once: numbers come out whole, and nobody waits much longer than the others."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from counterfoil.domain.client_invoice import NewClientInvoice
from counterfoil.errors import WrongState
from counterfoil.operations import client_invoices
from tests.plugins.figures import Figure
from tests.plugins.repeatable import is_full_size
from tests.reliability import books
from tests.support.houses import new_company, open_house
from tests.support.server import Api, make_organization, start_server

COUNT = 5_000 if is_full_size() else 500
CLIENTS = 16


def expected(year: str) -> list[str]:
    return [f"F-{year}-{n:03d}" for n in range(1, COUNT + 1)]


@pytest.mark.timeout(1800)
def test_500_finalizes_at_once_over_http_give_1_to_500(tmp_path: Path, figure: Figure) -> None:
    server = start_server(tmp_path / "data")  # with its jobs, as a person runs it
    try:
        organization = make_organization(server.data, "FR")
        api = Api(server, organization)
        client_id = api.client()["id"]
        drafts = [api.draft(client_id=client_id)["id"] for _ in range(COUNT)]
        with ThreadPoolExecutor(CLIENTS) as pool:
            numbers = [made["number"] for made in pool.map(lambda draft: api.act(draft, "finalize"), drafts)]
    finally:
        server.stop()
    assert sorted(numbers) == sorted(expected(api.today[:4]))
    assert books.check(server.data, organization.id, api.today[:4]) == COUNT
    figure("R2", f"finalizes over HTTP by {CLIENTS} clients at once, SQLite", COUNT, "finalizes", "exactly 1 to N")


@pytest.mark.timeout(1800)
def test_500_finalizes_at_once_in_one_process_give_1_to_500(tmp_path: Path, figure: Figure) -> None:
    house = open_house(tmp_path / "data")
    company = new_company(house)
    with company.write() as work:
        drafts = [client_invoices.create(work, company.new_invoice()).row.id for _ in range(COUNT)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        numbers = [row.number for row in pool.map(company.finalize, drafts)]
    house.close()
    assert sorted(str(number) for number in numbers) == expected("2026")
    assert books.check(tmp_path / "data", company.id, "2026") == COUNT
    figure("R2", f"finalizes by {CLIENTS} threads at once, SQLite", COUNT, "finalizes", "exactly 1 to N")


def test_the_same_draft_finalized_many_times_at_once_is_issued_once(tmp_path: Path) -> None:
    house = open_house(tmp_path / "data")
    company = new_company(house)
    draft = company.create()
    barrier = threading.Barrier(CLIENTS)

    def finalize(_n: int) -> str | None:
        barrier.wait()
        try:
            return company.finalize(draft.id).number
        except WrongState:
            return None

    with ThreadPoolExecutor(CLIENTS) as pool:
        numbers = list(pool.map(finalize, range(CLIENTS)))
    house.close()
    assert [number for number in numbers if number] == ["F-2026-001"]


def test_writes_are_fair(tmp_path: Path) -> None:
    """p99 at most 20 times p50 at 16 clients; SQLite's own waiting gives 400 times."""
    house = open_house(tmp_path / "data")
    company = new_company(house)
    new = company.new_invoice()
    waits = waits_of(lambda: write_one(company.write, new), clients=CLIENTS, count=40)
    house.close()
    p50, p99 = statistics.median(waits), statistics.quantiles(waits, n=100)[98]
    assert p99 <= 20 * p50, f"p50 {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms"


def write_one(write: Callable, new: NewClientInvoice) -> None:
    with write() as work:
        client_invoices.create(work, new)


def waits_of(act: Callable[[], None], *, clients: int, count: int) -> list[float]:
    """Seconds that each of `count` acts of each of `clients` threads took."""
    waits: list[float] = []
    barrier = threading.Barrier(clients)

    def run() -> None:
        barrier.wait()
        for _ in range(count):
            start = time.perf_counter()
            act()
            waits.append(time.perf_counter() - start)

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def test_a_command_beside_the_server_waits_its_turn(tmp_path: Path) -> None:
    """Two processes write to one file: each number is there once, and no write fails as busy."""
    server = start_server(tmp_path / "data", "--no-jobs")
    try:
        organization = make_organization(server.data, "FR")
        api = Api(server, organization)
        client_id = api.client()["id"]
        with ThreadPoolExecutor(4) as pool:
            made = [pool.submit(api.issued, client_id=client_id) for _ in range(60)]
            others = [pool.submit(make_organization, server.data, "DE") for _ in range(6)]
            numbers = [each.result()["number"] for each in made]
            assert len({each.result().id for each in others}) == 6
    finally:
        server.stop()
    assert len(set(numbers)) == 60
    assert books.check(server.data, organization.id, api.today[:4]) == 60

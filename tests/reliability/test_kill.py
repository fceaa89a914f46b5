"""kill -9 of processes that finalize invoices: no number is lost, doubled or left out, and nothing told is untrue."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.plugins.figures import Figure
from tests.plugins.repeatable import is_full_size
from tests.reliability import books
from tests.reliability.forks import Forks, forks
from tests.support.houses import Company, new_company, open_house
from tests.support.server import Api, Organization, Server, make_organization, start_server

ROOT = Path(__file__).parents[2]
KILLS = 2_000 if is_full_size() else 200
WRITERS = 8
SERVER_KILLS = 100 if is_full_size() else 4


@pytest.fixture
def books_of_a_company(tmp_path: Path) -> Iterator[Company]:
    house = open_house(tmp_path / "data")
    yield new_company(house)
    house.close()


@pytest.fixture
def writers(tmp_path: Path, books_of_a_company: Company) -> Iterator[Forks]:
    company = books_of_a_company
    with forks("tests.reliability.writer", tmp_path, tmp_path / "data", company.id, company.client_id) as made:
        yield made


def acknowledged(told: Path) -> dict[str, str]:
    """Id to number, as far as writers came to tell; a line that was cut by a kill told nothing."""
    lines = told.read_text().splitlines()
    pairs = [line.split() for line in lines if line != "ready"]
    numbers = [pair[1] for pair in pairs if len(pair) == 2]
    assert len(numbers) == len(set(numbers)), "a number was told twice"
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


@pytest.mark.timeout(1800)
def test_killed_writers_leave_no_gap_no_double_and_no_lie(
    writers: Forks, books_of_a_company: Company, tmp_path: Path, figure: Figure
) -> None:
    chance = random.Random(20260302)
    for _ in range(WRITERS):
        writers.start()
    writers.wait_for("ready", WRITERS)
    for turn in range(KILLS):
        time.sleep(chance.uniform(0.005, 0.06))
        writers.wait_for("F-2026", turn // 2)
        writers.kill(chance.choice(writers.running))
        writers.start()
    last = list(writers.running)
    for pid in last:
        writers.kill(pid)
    wait_until_gone(last)
    issued = books.issued_numbers(tmp_path / "data", books_of_a_company.id)
    promised = acknowledged(writers.told)
    assert promised.items() <= issued.items(), "an acknowledged invoice is lost"
    assert len(promised) >= KILLS // 2, "the writers hardly wrote: this showed nothing"
    assert books.check(tmp_path / "data", books_of_a_company.id, "2026") == len(issued)
    assert books_of_a_company.create(status="unpaid").number == f"F-2026-{len(issued) + 1:03d}"
    result = f"0 gaps, 0 doubles, 0 lost of {len(promised):,} that were told"
    figure("R1", f"kill -9 of one of {WRITERS} processes that finalize", KILLS, "kills", result)


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.mark.timeout(3600)
def test_a_killed_server_keeps_every_answer_it_gave(tmp_path: Path, figure: Figure) -> None:
    data = tmp_path / "data"
    server = start_server(data)
    organization = make_organization(data, "FR")
    client_id = Api(server, organization).client()["id"]
    promised: dict[str, str] = {}
    chance = random.Random(7)
    for _ in range(SERVER_KILLS):
        run_until_killed(server, organization, client_id, promised, seconds=chance.uniform(0.3, 1.0))
        server = start_server(data)
    api = Api(server, organization)
    try:
        for invoice_id, number in promised.items():
            assert api.invoice(invoice_id)["number"] == number
        last = api.issued(client_id=client_id)
    finally:
        server.stop()
    count = books.check(data, organization.id, api.today[:4])
    assert last["number"] == f"F-{api.today[:4]}-{count:03d}"
    assert len(promised) >= SERVER_KILLS
    result = f"0 gaps, 0 doubles, 0 lost of {len(promised):,} answers"
    figure("R1", "kill -9 of the whole server under HTTP load", SERVER_KILLS, "kills", result)


def run_until_killed(
    server: Server, organization: Organization, client_id: str, promised: dict[str, str], *, seconds: float
) -> None:
    """Four clients create and finalize until the server is killed after `seconds`."""

    def write() -> None:
        api = Api(server, organization)
        with suppress(httpx.TransportError, json.JSONDecodeError):
            while True:
                draft = api.draft(client_id=client_id)
                issued = api.act(draft["id"], "finalize")
                promised[issued["id"]] = issued["number"]

    threads = [threading.Thread(target=write, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    server.process.kill()
    server.process.wait()
    for thread in threads:
        thread.join(30)

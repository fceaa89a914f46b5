"""Numbers on PostgreSQL: writes of one organization queue up at its row, whichever server they come through."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from counterfoil.house import House
from counterfoil.operations import client_invoices
from counterfoil.settings import Settings
from tests.plugins.repeatable import is_full_size
from tests.support.databases import SECRET_KEY
from tests.support.houses import Company, SteppingClock, new_company

EACH = 50 if is_full_size() else 5
THREADS = 8


@pytest.fixture
def houses(url: str, tmp_path: Path) -> Iterator[list[House]]:
    """Two servers' worth of pools on one database."""
    settings = Settings(data=tmp_path, database_url=url, secret_key=SECRET_KEY)
    opened = [House(settings, clock=SteppingClock()) for _ in range(2)]
    yield opened
    for house in opened:
        house.close()


def test_a_crowd_at_two_servers_leaves_no_gap_and_no_number_twice(houses: list[House]) -> None:
    """Half of them in one organization, half in another; some are taken back after they took their number."""
    companies = [new_company(houses[0]) for _ in range(2)]
    faults: list[Exception] = []

    def finalize(turn: int) -> None:
        mine = companies[turn % 2]
        through = Company(houses[turn // 2 % 2], mine.actor, mine.client_id)
        try:
            for each in range(EACH):
                draft = through.create()
                if each % 3 == 1:
                    with suppress(LookupError), through.write() as work:
                        client_invoices.finalize(work, draft.id)
                        raise LookupError("the number goes back")
                through.finalize(draft.id)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=finalize, args=(turn,)) for turn in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    wanted = [f"F-2026-{number:03d}" for number in range(1, EACH * THREADS // 2 + 1)]
    for company in companies:
        with houses[1].database.read() as conn:
            query = text("SELECT number FROM client_invoices WHERE organization_id = :id ORDER BY number")
            assert conn.execute(query, {"id": company.id}).scalars().all() == wanted
            journal = text("SELECT count(*), max(position) FROM journal WHERE organization_id = :id")
            entries, newest = conn.execute(journal, {"id": company.id}).one()
            assert entries == newest

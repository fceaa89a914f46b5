"""Every request comes three times at once and its connection is cut at a random moment: each has one effect.

The requests are plain bytes on plain sockets, so that they can end anywhere: in a header, in the body, before the
answer is read or in the middle of it. A cut is followed by a repetition with the same key until an answer comes, as a
client does it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.figures import Figure
from tests.plugins.repeatable import is_full_size
from tests.reliability import books
from tests.reliability.wire import CUTS, Wire, issue
from tests.support.server import Api, make_organization, start_server

OPERATIONS = 1_000 if is_full_size() else 150
AT_ONCE = 8  # operations, so three times as many requests


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    server = start_server(tmp_path / "data")  # with its jobs, as a person runs it
    yield Api(server, make_organization(server.data, "FR"))
    server.stop()


async def issue_all(wire: Wire, body: dict[str, Any]) -> list[dict[str, Any]]:
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(n: int) -> dict[str, Any]:
        async with turn:
            return await issue(wire, body | {"header": f"operation {n}"}, n)

    return list(await asyncio.gather(*(one(n) for n in range(OPERATIONS))))


@pytest.mark.timeout(900)
def test_three_deliveries_with_cut_connections_make_one_document_each(api: Api, figure: Figure) -> None:
    body = api.invoice_body(status="unpaid")
    wire = Wire([api.server.url], api.organization.api_key)
    # When every operation is delivered three times and cut anywhere
    issued = asyncio.run(issue_all(wire, body))
    # Then there is one document for each, under the number that its answer said, and no number is left out.
    year = api.today[:4]
    assert [invoice["header"] for invoice in issued] == [f"operation {n}" for n in range(OPERATIONS)]
    assert len({invoice["id"] for invoice in issued}) == OPERATIONS
    assert {invoice["number"] for invoice in issued} == {f"F-{year}-{n:03d}" for n in range(1, OPERATIONS + 1)}
    assert api.count() == OPERATIONS
    assert books.check(api.server.data, api.organization.id, year) == OPERATIONS
    told = books.issued_numbers(api.server.data, api.organization.id)
    assert told == {invoice["id"]: invoice["number"] for invoice in issued}
    # And all of the cuts were made, and none of them is a bug to the server.
    assert min(wire.cuts[cut] for cut in CUTS) > OPERATIONS // 4
    assert "a bug:" not in api.server.log
    assert "Traceback" not in api.server.log
    did = "three deliveries each over REST, connections cut at random"
    figure("R3", did, OPERATIONS, "operations", f"{OPERATIONS:,} documents, numbered 1 to N")

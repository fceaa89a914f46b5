"""Every request comes three times at once and its connection is cut at a random moment: each has one effect.

The requests are plain bytes on plain sockets, so that they can end anywhere: in a header, in the body, before the
answer is read or in the middle of it. A cut is followed by a repetition with the same key until an answer comes, as a
client does it.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.plugins.repeatable import is_full_size
from tests.reliability import books
from tests.support.server import Api, make_organization, start_server

OPERATIONS = 1_000 if is_full_size() else 150
DELIVERIES = 3
AT_ONCE = 8  # operations, so three times as many requests
CUTS = ("none", "while sending", "before reading", "while reading")


@dataclass(frozen=True)
class Wire:
    """Where requests go, under which key, and what was cut so far."""

    url: str
    api_key: str
    cuts: Counter[str]

    def bytes_of(self, path: str, key: str, body: object = None) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        lines = [
            f"POST /v2{path} HTTP/1.1", "Host: localhost", f"Authorization: {self.api_key}", "Connection: close",
            f"X-Qonto-Idempotency-Key: {key}", "Content-Type: application/json", f"Content-Length: {len(content)}",
        ]  # fmt: skip
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + content

    async def deliver(self, request: bytes, chance: random.Random, cut: str) -> dict[str, Any] | None:
        """The answer's JSON with its status; None when the connection was cut before it was read."""
        address = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        self.cuts[cut] += 1
        try:
            if cut == "while sending":
                writer.write(request[: chance.randrange(1, len(request))])
                await asyncio.sleep(chance.uniform(0, 0.003))
                return None
            writer.write(request)
            if cut == "before reading":
                await asyncio.sleep(chance.uniform(0, 0.02))
                return None
            if cut == "while reading":
                await reader.read(chance.randrange(1, 200))
                return None
            head, _, content = (await reader.read()).partition(b"\r\n\r\n")
            return {"status": int(head.split()[1]), "head": head.decode(), **json.loads(content)}
        finally:
            # No goodbye: whatever was on its way is lost.
            writer.transport.abort()

    async def repeat(self, request: bytes, seed: int) -> list[dict[str, Any]]:
        """Three deliveries at once, each cut at random, then again until an answer comes: all answers that came."""
        chance = random.Random(seed)
        cuts = [chance.choice(CUTS) for _ in range(DELIVERIES)]
        found = await asyncio.gather(*(self.deliver(request, chance, cut) for cut in cuts))
        answers = [answer for answer in found if answer]
        while not answers:
            again = await self.deliver(request, chance, chance.choice(CUTS))
            answers = [again] if again else []
        return answers


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    server = start_server(tmp_path / "data")  # with its jobs, as a person runs it
    yield Api(server, make_organization(server.data, "FR"))
    server.stop()


def the_one(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """The invoice that all of these answers speak of, in the same words."""
    assert {answer["status"] for answer in answers} == {200}, answers
    invoices = [answer["client_invoice"] for answer in answers]
    assert all(invoice == invoices[0] for invoice in invoices)
    assert sum("idempotency-replayed" not in answer["head"].lower() for answer in answers) <= 1
    return dict(invoices[0])


async def issue(wire: Wire, body: dict[str, Any], n: int) -> dict[str, Any]:
    """The invoice of one operation: created finalized at once, or drafted and then finalized."""
    if n % 2:
        return the_one(await wire.repeat(wire.bytes_of("/client_invoices", f"create-{n}", body), n))
    draft = the_one(await wire.repeat(wire.bytes_of("/client_invoices", f"draft-{n}", body | {"status": "draft"}), n))
    finalize = wire.bytes_of(f"/client_invoices/{draft['id']}/finalize", f"finalize-{n}")
    return the_one(await wire.repeat(finalize, n + OPERATIONS))


async def issue_all(wire: Wire, body: dict[str, Any]) -> list[dict[str, Any]]:
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(n: int) -> dict[str, Any]:
        async with turn:
            return await issue(wire, body | {"header": f"operation {n}"}, n)

    return list(await asyncio.gather(*(one(n) for n in range(OPERATIONS))))


@pytest.mark.timeout(900)
def test_three_deliveries_with_cut_connections_make_one_document_each(api: Api) -> None:
    body = api.invoice_body(status="unpaid")
    wire = Wire(api.server.url, api.organization.api_key, Counter())
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

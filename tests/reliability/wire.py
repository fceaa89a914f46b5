"""Requests as plain bytes on plain sockets, so that they can end anywhere, and are repeated until an answer comes."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

DELIVERIES = 3
CUTS = ("none", "while sending", "before reading", "while reading")
TRIES = 500


@dataclass(frozen=True)
class Wire:
    """Where requests go, any of several servers, under which key; what was cut, and what was answered."""

    urls: Sequence[str]
    api_key: str
    cuts: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)

    def bytes_of(self, path: str, key: str, body: object = None, **headers: str) -> bytes:
        """A POST of `body` under an idempotency key, "" for none."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [
            f"POST {path} HTTP/1.1", "Host: localhost", f"Authorization: {self.api_key}", "Connection: close",
            "Content-Type: application/json", f"Content-Length: {len(content)}",
            *([f"X-Qonto-Idempotency-Key: {key}"] if key else []),
            *(f"{name}: {value}" for name, value in headers.items()),
        ]  # fmt: skip
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + content

    async def deliver(self, request: bytes, chance: random.Random, cut: str) -> dict[str, Any] | None:
        """The answer's JSON with its status; None when the connection was cut before it was read, or for 503."""
        address = urlsplit(chance.choice(self.urls))
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
            status = int(head.split()[1])
            self.statuses[status] += 1
            if status == 503:
                await asyncio.sleep(chance.uniform(0.05, 0.2))
                return None
            return {"status": status, "head": head.decode(), **json.loads(content)}
        finally:
            # No goodbye: whatever was on its way is lost.
            writer.transport.abort()

    async def repeat(self, request: bytes, seed: int) -> list[dict[str, Any]]:
        """Three deliveries at once, each cut at random, then again until an answer comes: all answers that came."""
        chance = random.Random(seed)
        cuts = [chance.choice(CUTS) for _ in range(DELIVERIES)]
        found = await asyncio.gather(*(self.deliver(request, chance, cut) for cut in cuts))
        answers = [answer for answer in found if answer]
        for _ in range(TRIES):
            if answers:
                return answers
            again = await self.deliver(request, chance, chance.choice(CUTS))
            answers = [again] if again else []
        raise AssertionError(f"no answer after {TRIES} tries: {self.statuses}")


def the_one(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """The invoice that all of these answers speak of, in the same words."""
    assert {answer["status"] for answer in answers} == {200}, answers
    invoices = [answer["client_invoice"] for answer in answers]
    assert all(invoice == invoices[0] for invoice in invoices)
    assert sum("idempotency-replayed" not in answer["head"].lower() for answer in answers) <= 1
    return dict(invoices[0])


async def issue(wire: Wire, body: dict[str, Any], n: int) -> dict[str, Any]:
    """The invoice of one operation: created finalized at once, or drafted and then finalized."""
    path = "/v2/client_invoices"
    if n % 2:
        return the_one(await wire.repeat(wire.bytes_of(path, f"create-{n}", body), n))
    draft = the_one(await wire.repeat(wire.bytes_of(path, f"draft-{n}", body | {"status": "draft"}), n))
    finalize = wire.bytes_of(f"{path}/{draft['id']}/finalize", f"finalize-{n}")
    return the_one(await wire.repeat(finalize, n + 1_000_000))

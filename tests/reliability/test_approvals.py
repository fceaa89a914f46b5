"""Approvals that are forged, replayed, moved, stale, expired, declined or somebody else's: none of them does anything.

The application answers in this process, so that its clock can be put forward; the calls are HTTP as an assistant that
holds its token alone would make them.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from counterfoil.app import create_app
from counterfoil.domain.approvals import ApprovalPolicy
from counterfoil.domain.client_invoice import ClientInvoiceChange
from counterfoil.domain.scopes import ALL_SCOPES
from counterfoil.operations import approvals, client_invoices
from counterfoil.operations.organization import create_credential
from tests.plugins.figures import Figure
from tests.plugins.repeatable import is_full_size
from tests.support.houses import Company, SteppingClock, new_company, open_house

ATTEMPTS = 1_000 if is_full_size() else 100
LETTER = {"send_to": ["a@client.example"], "email_title": "Facture", "copy_to_self": False}
Answer = Any


@dataclass
class Books:
    """Two companies with assistants of their own; legitimate: acts that a person did approve."""

    http: TestClient
    clock: SteppingClock
    mine: Company
    other: Company
    tokens: dict[str, str]
    legitimate: Counter[str] = field(default_factory=Counter)

    def call(self, method: str, path: str, body: object = None, *, by: str = "mine", **headers: str) -> Answer:
        sent = b"" if body is None else json.dumps(body).encode()
        told = {"Authorization": f"Bearer {self.tokens[by]}", "Content-Type": "application/json", **headers}
        return self.http.request(method, f"/v2{path}", content=sent, headers=told)

    def finalize(self, invoice_id: str, body: object = None, **more: Any) -> Answer:
        return self.call("POST", f"/client_invoices/{invoice_id}/finalize", body, **more)

    def waits(self, answer: Answer) -> str:
        assert answer.status_code == 428, answer.text
        return str(answer.json()["errors"][0]["meta"]["approval"]["id"])

    def approve(self, approval_id: str, how: Callable[..., object] = approvals.approve) -> None:
        with self.mine.write() as work:
            how(work, approval_id, approvals.TERMINAL)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    clock = SteppingClock()
    house = open_house(tmp_path / "data", clock)
    mine, other = (new_company(house, clock=clock) for _ in range(2))
    tokens = {}
    for name, company in (("mine", mine), ("second", mine), ("other", other)):
        with company.write() as work:
            tokens[name] = create_credential(
                work, name="assistant", login=None, scopes=ALL_SCOPES, policy=ApprovalPolicy.parse("always")
            )
    with TestClient(create_app(house)) as http:
        yield Books(http, clock, mine, other, tokens)
    house.close()


def forged(books: Books, chance: random.Random) -> Answer:
    """A yes that nobody gave: in headers, in the body, in the address, by paths that are not there."""
    draft = books.mine.create().id
    found = books.waits(books.finalize(draft))
    made_up = chance.choice([found, f"apr_{chance.getrandbits(192):048x}"[:36], "apr_", "' OR 1=1 --", "\u0000"])
    way = chance.randrange(5)
    if way == 0:
        return books.finalize(draft, {"approval_id": made_up, "approval": {"id": made_up, "state": "approved"}})
    if way == 1:
        return books.finalize(draft, **{"X-Approval": made_up.encode().hex(), "X-Approved-By": "terminal"})
    if way == 2:
        return books.call("POST", f"/client_invoices/{draft}/finalize?approval={made_up.encode().hex()}&approved=true")
    if way == 3:
        return books.call("POST", f"/approvals/{found}/approve", {"by": "terminal"})
    books.http.post(f"/approvals/{found}", data={"decision": "approve"},
                    headers={"Authorization": f"Bearer {books.tokens['mine']}"})  # fmt: skip
    return books.finalize(draft)


def replayed(books: Books, _chance: random.Random) -> Answer:
    """A yes that was used."""
    issued = books.mine.create(status="unpaid").id
    path = f"/client_invoices/{issued}/send"
    books.legitimate["created"] += 1
    books.approve(books.waits(books.call("POST", path, LETTER)))
    assert books.call("POST", path, LETTER).status_code == 204
    books.legitimate["mailed"] += 1
    return books.call("POST", path, LETTER)


def moved(books: Books, chance: random.Random) -> Answer:
    """A yes for something else: another document, other arguments, another act."""
    draft, other = books.mine.create().id, books.mine.create().id
    books.approve(books.waits(books.finalize(draft)))
    way = chance.randrange(4)
    if way == 0:
        return books.finalize(other)
    if way == 1:
        return books.finalize(draft, {"number": "F-1"})
    if way == 2:
        return books.call("DELETE", f"/client_invoices/{draft}")
    return books.call("POST", f"/client_invoices/{draft.upper()}/finalize")


def stale(books: Books, chance: random.Random) -> Answer:
    """A yes for a document that was changed since, or that came too late."""
    draft = books.mine.create().id
    books.approve(books.waits(books.finalize(draft)))
    if chance.randrange(2):
        books.clock.jump(timedelta(minutes=15))
    else:
        change = ClientInvoiceChange(header=f"changed {chance.random()}")
        with books.mine.write() as work:
            client_invoices.update(work, draft, change)
    return books.finalize(draft)


def foreign(books: Books, chance: random.Random) -> Answer:
    """A yes for somebody else: another token of the organization, another organization."""
    draft = books.mine.create().id
    books.approve(books.waits(books.finalize(draft)))
    return books.finalize(draft, by=chance.choice(["second", "other"]))


def declined(books: Books, _chance: random.Random) -> Answer:
    """A no."""
    draft = books.mine.create().id
    books.approve(books.waits(books.finalize(draft)), approvals.decline)
    return books.finalize(draft)


WAYS = (forged, replayed, moved, stale, foreign, declined)


def test_nothing_is_done_without_the_very_yes_for_it(books: Books, figure: Figure) -> None:
    chance = random.Random(5)
    tried: Counter[str] = Counter()
    for index in range(ATTEMPTS):
        way = WAYS[index % len(WAYS)]
        answer = way(books, chance)
        assert answer.status_code in (400, 403, 404, 428), f"{way.__name__}: {answer.status_code} {answer.text}"
        tried[way.__name__] += 1
        if index % 10 == 9:
            books.clock.jump(timedelta(minutes=16))  # what waits is dropped, so that there is room for more
    done = _events(books.mine)
    assert sum(tried.values()) == ATTEMPTS
    assert done["finalized"] == 0
    assert done["deleted"] == 0
    assert done["created_and_finalized"] == books.legitimate["created"]
    assert done["send_requested"] == books.legitimate["mailed"] == done["spent"]
    did = "approvals forged, replayed, moved, stale, foreign, declined"
    figure("R15", did, ATTEMPTS, "attempts", "0 acts without a person's yes")


def _events(company: Company) -> Counter[str]:
    with company.read() as work:
        rows = work.conn.exec_driver_sql("SELECT type FROM journal WHERE organization_id = ?", (company.id,))
        return Counter(row[0] for row in rows)

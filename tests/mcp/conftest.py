"""A house in this process with a clock that stands still, and tools called through the real client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mcp import Client
from mcp_types import ElicitResult

from counterfoil.app import House, create_app
from counterfoil.domain.approvals import ApprovalPolicy
from counterfoil.domain.scopes import ALL_SCOPES
from counterfoil.mcp.server import build_server
from counterfoil.mcp_door import caller_for
from counterfoil.operations.work import Actor
from counterfoil.settings import Settings
from tests.mcp.connecting import Assistant, run
from tests.mcp.elsewhere import empty_books as empty_books
from tests.mcp.elsewhere import server_elsewhere as server_elsewhere
from tests.mcp.elsewhere import there as there
from tests.support.server import BUYERS, make_organization

T = TypeVar("T")
Answer = Callable[[Any, Any], Awaitable[ElicitResult]]
# One hour before midnight in UTC: in Paris it is the next day already.
EVENING = datetime(2026, 6, 30, 23, 0, tzinfo=UTC)

SECRET = b"s" * 32
app_of = cache(create_app)  # of a house; making one takes as long as ten calls


class StandingClock:
    """Tells one time."""

    def now(self) -> datetime:
        return EVENING


@dataclass(frozen=True)
class Office:
    """An organization in this process. `scopes`: what the assistant may do."""

    house: House
    organization_id: str

    def work(
        self,
        scenario: Callable[[Assistant], Awaitable[T]],
        scopes: frozenset[str] = ALL_SCOPES,
        *,
        policy: str = "never",
        credential_id: str = "test",
        era: str = "2026-07-28",
        answer: Answer | None = None,
    ) -> T:
        """Runs a scenario with a connected client; failures of the server are raised, not answered.

        answer: what the client's user says to questions of the server; None for a client that cannot ask its user.
        """
        actor = Actor(
            self.organization_id, "test", scopes, credential_id=credential_id, policy=ApprovalPolicy.parse(policy)
        )
        caller = caller_for(app_of(self.house), self.house.works, actor)
        server = build_server(lambda _context: caller, self.house.clock.now, secret=SECRET)

        async def connected() -> T | Exception:
            async with Client(server, mode=era, elicitation_callback=answer) as client:
                try:
                    return await scenario(Assistant(client))
                except Exception as error:  # the client's task group would wrap it
                    return error

        outcome = run(connected)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        return self.work(lambda assistant: assistant.ask(tool, **arguments))

    def refused(self, tool: str, scopes: frozenset[str] = ALL_SCOPES, **arguments: Any) -> dict[str, Any]:
        return self.work(lambda assistant: assistant.refused(tool, **arguments), scopes)

    def client(self, **more: Any) -> str:
        """The id of a new client, complete; another one each time."""
        body = {
            "kind": "company", "name": "ACME", "email": "billing@acme.example", "billing_address": BUYERS["FR"],
            "tax_identification_number": "732829320", "vat_number": "FR44732829320", "allow_duplicate": True, **more,
        }  # fmt: skip
        return str(self.ask("create_client", **body)["client"]["id"])

    def draft(self, **more: Any) -> dict[str, Any]:
        """A new draft of one line of 1,200 euros at 20 %; another one each time."""
        more.setdefault("client_id", self.client())
        more.setdefault("items", [LINE])
        more.setdefault("allow_duplicate", True)
        invoice: dict[str, Any] = self.ask("create_client_invoice", **more)["client_invoice"]
        return invoice


LINE = {"title": "Consulting June 2026", "unit_price": "1200.00", "vat_rate": "0.2"}


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    data: Path = tmp_path_factory.mktemp("mcp")
    opened = House(Settings(data=data), clock=StandingClock())
    yield opened
    opened.close()


@pytest.fixture
def office(house: House) -> Office:
    """A new French organization."""
    return Office(house, make_organization(house.settings.data, "FR").id)

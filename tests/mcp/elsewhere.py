"""A server elsewhere: a sandbox that answers the bare API as faithfully as it can, and callers guarded from here."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from mcp import Client
from mcp.client.session import ElicitationFnT
from mcp_types import ElicitRequestParams, ElicitResult

from counterfoil.cli.mcp_upstream import upstream_caller
from counterfoil.cli.upstream_books import FOLDER, UpstreamBooks, organization_id_of
from counterfoil.domain.approvals import ALWAYS, ApprovalPolicy
from counterfoil.mcp.caller import Caller
from counterfoil.mcp.server import build_server
from counterfoil.ports.clock import SystemClock
from counterfoil.sdk.client import AsyncClient
from counterfoil.sdk.errors import ApiError
from counterfoil.testing import Sandbox, running_sandbox
from tests.mcp.connecting import Assistant, run
from tests.support.server import command, expect

T = TypeVar("T")
STAGING = "staging-token"
BARE = {
    "everything": True, "additions_off": True, "pdf_delay_seconds": 0, "quote_patch_412": False,
    "client_needs_tax_id": False,
}  # fmt: skip
LETTER: Any = {"send_to": ["a@b.example"], "email_title": "Facture"}
DAY, DUE = "2027-04-12", "2027-05-12"  # the sandbox's own day


@dataclass
class MovingClock:
    """The time of this machine, which a test can move."""

    by: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@dataclass
class Elsewhere:
    """One organization of a sandbox. data: where what is guarded here is kept."""

    sandbox: Sandbox
    data: Path
    country: str = "FR"
    clock: MovingClock = field(default_factory=MovingClock)

    @property
    def organization(self) -> dict[str, Any]:
        return next(each for each in self.sandbox.organizations if each["country"] == self.country)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": self.organization["api_key"], "X-Qonto-Staging-Token": STAGING}

    @asynccontextmanager
    async def caller(self, policy: str = "always", key: str | None = None, **more: Any) -> AsyncIterator[Caller]:
        """Whoever started the process."""
        more = {"staging_token": STAGING, **more}
        key = key or self.organization["api_key"]
        base, rule = self.sandbox.url, ApprovalPolicy.parse(policy)
        async with upstream_caller(self.data, base, key, rule, self.clock, **more) as caller:
            yield caller

    def api(
        self,
        scenario: Callable[[AsyncClient, Caller], Awaitable[T]],
        policy: str = "always",
        *,
        seconds: float = 90,
        **more: Any,
    ) -> T:
        """Runs a scenario with the API as tools have it."""

        async def called() -> T:
            async with self.caller(policy, **more) as caller:
                return await scenario(caller.api, caller)

        return run(called, seconds)

    def work(
        self,
        scenario: Callable[[Assistant], Awaitable[T]],
        policy: str = "always",
        *,
        answer: ElicitationFnT | None = None,
        era: str = "2026-07-28",
        **more: Any,
    ) -> T:
        """Runs a scenario with a connected assistant. answer: what its user says when asked."""

        async def connected() -> T | Exception:
            async with self.caller(policy, **more) as caller:
                server = build_server(
                    lambda _context: caller, self.clock.now, secret=b"s" * 32, has_extensions=caller.has_extensions
                )
                async with Client(server, mode=era, elicitation_callback=answer) as client:
                    try:
                        return await scenario(Assistant(client))
                    except Exception as error:  # the client's task group would wrap it
                        return error

        outcome = run(connected)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """What the server itself says, asked directly."""
        return expect(
            httpx.get(f"{self.sandbox.api_url}{path}", params=params, headers=self.headers, verify=False), 200
        )

    def put(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """What somebody else does there meanwhile."""
        return httpx.request(method, f"{self.sandbox.api_url}{path}", json=body, headers=self.headers, verify=False)

    def all(self) -> dict[str, Any]:
        """Everything that a write could have changed, as the server shows it."""
        lists = ("client_invoices", "credit_notes", "quotes", "supplier_invoices", "clients", "products")
        shown = {name: self.get(f"/{name}", per_page=100)[name] for name in lists}
        return {"mail": len(self.sandbox.emails()), **shown}

    def client(self) -> dict[str, Any]:
        """A company of its own country, complete."""
        return next(each for each in self.get("/clients")["clients"] if each["kind"] == "company")

    def body(self, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
        """A new invoice."""
        return {
            "client_id": self.client()["id"], "issue_date": DAY, "due_date": DUE, "currency": "EUR",
            "status": "draft", "items": list(items) or [line()], **more,
        }  # fmt: skip

    def draft(self, **more: Any) -> dict[str, Any]:
        """A new draft, made directly at the server."""
        made: dict[str, Any] = expect(self.put("POST", "/client_invoices", self.body(**more)), 200)
        return dict(made["client_invoice"])

    def unpaid(self, **more: Any) -> dict[str, Any]:
        return self.draft(status="unpaid", **more)

    def invoice(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/client_invoices/{id}")["client_invoice"]
        return found

    def approve(self, approval_id: str, *options: str) -> subprocess.CompletedProcess[str]:
        """`counterfoil approve`, as the person at this machine runs it."""
        return command("approve", approval_id, "--yes", "--data", str(self.data), *options)


def line(price: str = "1200.00", rate: str = "0.2", **more: Any) -> dict[str, Any]:
    return {
        "title": "Consulting", "quantity": "1", "unit_price": {"value": price, "currency": "EUR"}, "vat_rate": rate,
        **more,
    }  # fmt: skip


class User:
    """Somebody who is asked, and says the same each time."""

    def __init__(self, *, is_willing: bool = True) -> None:
        self.asked: list[str] = []
        self._is_willing = is_willing

    async def __call__(self, _context: Any, question: ElicitRequestParams) -> ElicitResult:
        self.asked.append(question.message)
        return ElicitResult(action="accept", content={"approve": self._is_willing})


async def gathered(*calls: Awaitable[T]) -> list[T | BaseException]:
    """What each call came to, all at once."""
    return await asyncio.gather(*calls, return_exceptions=True)


async def refused(call: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        await call
    return caught.value


async def asked(call: Any) -> str:
    """The id of the approval that a call waits for."""
    error = await refused(call)
    assert (error.status, error.errors[0].code) == (428, "approval_required"), error
    return str(error.errors[0].meta["approval"]["id"])


async def approved(caller: Caller, call: Callable[[], Any]) -> Any:
    """What a call comes to once its user has said yes."""
    approval_id = await asked(call())
    assert caller.approve is not None
    await caller.approve(approval_id)
    return await call()


@pytest.fixture(scope="session")
def server_elsewhere() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def empty_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as `counterfoil mcp` makes it: making one takes longer than most tests."""
    directory = tmp_path_factory.mktemp("books")
    books = UpstreamBooks(directory, "http://x", "a:b", ALWAYS, SystemClock())
    books.release("nothing")
    books.close()
    return next((directory / FOLDER).glob("*.db"))


@pytest.fixture
def there(server_elsewhere: Sandbox, tmp_path: Path, empty_books: Path) -> Elsewhere:
    """The French company of a server that answers nothing of ours."""
    server = server_elsewhere
    server.reset()
    server.faithful(**BARE)
    (tmp_path / FOLDER).mkdir()
    for organization in server.organizations:
        name = organization_id_of(server.url, organization["api_key"])
        shutil.copy(empty_books, tmp_path / FOLDER / f"{name}.db")
    return Elsewhere(server, tmp_path)

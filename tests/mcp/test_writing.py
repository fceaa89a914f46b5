"""What a tool's writes carry: keys, and that the same create within minutes is the first one again."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from counterfoil.mcp.writing import Writing, WritingClient
from counterfoil.sdk.client import AsyncClient
from counterfoil.sdk.wire import Answer, Request
from tests.mcp.conftest import LINE, Office
from tests.mcp.connecting import run
from tests.plugins.repeatable import is_full_size


def sent(writing: Writing, act: Callable[[AsyncClient], Any]) -> list[dict[str, str]]:
    """The headers of each request that `act` makes."""
    seen: list[dict[str, str]] = []

    async def send(request: Request[Any]) -> Answer:
        seen.append(dict(request.headers))
        return Answer(200, b'{"client": {"id": "1"}, "clients": []}')

    run(lambda: act(WritingClient(AsyncClient(send), writing)))
    return seen


async def two_writes(api: AsyncClient) -> None:
    await api.get_client("1")
    await api.create_client({"kind": "company", "name": "A"})
    await api.update_client("1", {"name": "B"})


def test_each_write_of_a_call_has_a_key_of_its_own() -> None:
    keys = [headers.get("X-Qonto-Idempotency-Key") for headers in sent(Writing(key="k"), two_writes)]
    assert keys == [None, "k", "k/2"]


def test_a_preview_is_a_dry_run_and_has_no_key() -> None:
    headers = sent(Writing(key="k", is_preview=True, is_create=True), two_writes)
    assert headers == [{}, {"X-Dry-Run": "true"}, {"X-Dry-Run": "true"}]


def test_a_create_looks_back_ten_minutes() -> None:
    headers = sent(Writing(is_create=True), two_writes)
    assert [one.get("X-Repeat-Window") for one in headers] == [None, "600", None]


def test_a_repeated_create_is_the_first_one_as_it_is_now_and_says_so(office: Office) -> None:
    arguments = {"kind": "company", "name": "Twice SARL"}
    first = office.ask("create_client", **arguments)["client"]
    again = office.ask("create_client", **arguments)
    assert again["client"]["id"] == first["id"]
    assert again["repeated"]["at"].startswith("2026-06-30T23:00")
    assert "allow_duplicate" in again["repeated"]["note"]
    other = office.ask("create_client", **arguments, allow_duplicate=True)
    assert other["client"]["id"] != first["id"]
    assert "repeated" not in other


def test_a_repeated_draft_shows_its_state_now_and_one_that_is_gone_is_made_anew(office: Office) -> None:
    arguments = {"client_id": office.client(), "items": [LINE]}
    first = office.ask("create_client_invoice", **arguments)["client_invoice"]
    office.ask("change_client_invoice_status", id=first["id"], finalize=True)
    again = office.ask("create_client_invoice", **arguments)
    assert (again["client_invoice"]["id"], again["client_invoice"]["status"]) == (first["id"], "unpaid")

    arguments["items"] = [{**LINE, "title": "Other"}]
    second = office.ask("create_client_invoice", **arguments)["client_invoice"]
    office.ask("delete_client_invoice", id=second["id"])
    third = office.ask("create_client_invoice", **arguments)
    assert third["client_invoice"]["id"] != second["id"]
    assert "repeated" not in third


def test_concurrent_creates_with_one_key_make_one_document(office: Office) -> None:
    client_id, many = office.client(), 1_000 if is_full_size() else 40
    arguments = {"client_id": client_id, "items": [LINE], "idempotency_key": "one"}

    def create(_number: int) -> str:
        return str(office.ask("create_client_invoice", **arguments)["client_invoice"]["id"])

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(create, range(many)))
    assert len(made) == 1
    assert office.ask("list_client_invoices")["total_count"] == 1


def test_what_is_replayed_without_being_readable_is_shown_as_it_was() -> None:
    async def send(request: Request[Any]) -> Answer:
        if request.method == "GET":
            return Answer(403, b'{"errors": [{"code": "forbidden"}]}')
        body = json.dumps({"client": {"id": "1", "name": "A"}}).encode()
        return Answer(200, body, {"idempotency-replayed": "true", "x-repeated-at": "2026-01-01T00:00:00Z"})

    writing = Writing(is_create=True)

    async def scenario() -> Any:
        return await WritingClient(AsyncClient(send), writing).create_client({"kind": "company", "name": "A"})

    assert run(scenario)["name"] == "A"
    assert writing.repeated["at"] == "2026-01-01T00:00:00Z"

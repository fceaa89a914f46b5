"""An assistant that asks again makes nothing twice: repeated and concurrent creates over /mcp.

The calls are single HTTP requests of the newer era, without a session, as hosts that retry send them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from mcp_types import CallToolResult

from tests.mcp.connecting import conforming
from tests.mcp.test_endpoint import META, MODERN
from tests.plugins.figures import Figure
from tests.plugins.repeatable import is_full_size
from tests.reliability import books
from tests.support.server import Api, Server, expect, make_organization, start_server

CALLS = 1_000 if is_full_size() else 100
AT_ONCE = 50
CROWD = 200
CREATE = "create_client_invoice"
BODY = {
    "client_id": "ACME", "items": [{"title": "Consulting June 2026", "unit_price": 1200, "vat_rate_percent": 20}],
    "finalize": True,
}  # fmt: skip


class Host:
    """A program that calls tools over HTTP, many at once."""

    def __init__(self, api: Api) -> None:
        self.api = api
        limits = httpx.Limits(max_connections=CROWD, max_keepalive_connections=CROWD)
        headers = {
            "Authorization": api.organization.api_key, "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call",
        }  # fmt: skip
        self.http = httpx.Client(base_url=api.server.url, headers=headers, limits=limits, timeout=120, trust_env=False)

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured content, which conforms to the tool's output schema; with isError as it was said."""
        params = {"name": tool, "arguments": arguments, "_meta": META}
        sent = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        answer = expect(self.http.post("/mcp", json=sent, headers={"Mcp-Name": tool}), 200)
        result = conforming(tool, CallToolResult.model_validate(answer["result"]))
        assert not result.is_error, result.structured_content
        return dict(result.structured_content)

    def many(self, call: Callable[[int], dict[str, Any]], count: int, at_once: int) -> list[dict[str, Any]]:
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(call, range(count)))


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = start_server(tmp_path_factory.mktemp("busy") / "data")  # with its jobs, as a person runs it
    yield found
    found.stop()


@pytest.fixture
def host(busy: Server) -> Iterator[Host]:
    """A host of a new organization."""
    found = Host(Api(busy, make_organization(busy.data, "FR")))
    found.api.client(name="ACME")
    yield found
    found.http.close()


def the_one(host: Host, answers: list[dict[str, Any]]) -> None:
    """All answers speak of one invoice, which is the only one there; all but one say that it was made before."""
    assert len({answer["client_invoice"]["id"] for answer in answers}) == 1
    assert {answer["client_invoice"]["status"] for answer in answers} == {"unpaid"}
    assert Counter("repeated" in answer for answer in answers) == {True: len(answers) - 1, False: 1}
    api = host.api
    assert api.count() == 1
    assert books.check(api.server.data, api.organization.id, api.today[:4]) == 1
    assert "a bug:" not in api.server.log
    assert "Traceback" not in api.server.log


@pytest.mark.timeout(900)
def test_with_one_key_one_document(host: Host, figure: Figure) -> None:
    answers = host.many(lambda _n: host.call(CREATE, **BODY, idempotency_key="june-2026"), CALLS, AT_ONCE)
    assert len(answers) == CALLS
    the_one(host, answers)
    figure("R3", f"the same create over /mcp under one key, {AT_ONCE} at once", CALLS, "calls", "1 document")


@pytest.mark.timeout(900)
def test_without_a_key_the_same_content_is_one_document(host: Host, figure: Figure) -> None:
    answers = host.many(lambda _n: host.call(CREATE, **BODY), CALLS, AT_ONCE)
    assert len(answers) == CALLS
    the_one(host, answers)
    # And whoever wants another one gets it.
    other = host.call(CREATE, **BODY, allow_duplicate=True)
    assert other["client_invoice"]["number"].endswith("-002")
    assert host.api.count() == 2
    figure("R3", f"the same create over /mcp without a key, {AT_ONCE} at once", CALLS, "calls", "1 document")


@pytest.mark.timeout(900)
def test_with_keys_of_their_own_there_are_as_many_as_keys(host: Host, figure: Figure) -> None:
    keys, times = CALLS // 10, 5
    found = host.many(
        lambda n: host.call(CREATE, **BODY, header=f"{n % keys}", idempotency_key=f"k-{n % keys}"),
        keys * times,
        AT_ONCE,
    )
    assert len({answer["client_invoice"]["id"] for answer in found}) == keys
    assert Counter("repeated" in answer for answer in found)[False] == keys
    api = host.api
    assert books.check(api.server.data, api.organization.id, api.today[:4]) == keys
    figure("R3", f"creates over /mcp, {times} times each", keys, "keys", f"{keys} documents")


@pytest.mark.timeout(900)
def test_two_hundred_at_once_all_finish(host: Host) -> None:
    invoice = host.api.issued()

    def call(n: int) -> dict[str, Any]:
        if n % 2:
            return host.call("get_client_invoice", id=invoice["number"])
        return host.call("list_client_invoices", status=["unpaid"])

    found = host.many(call, CROWD, CROWD)
    assert len(found) == CROWD
    assert {answer["client_invoice"]["id"] for answer in found[1::2]} == {invoice["id"]}
    assert {answer["total_count"] for answer in found[::2]} == {1}
    assert "Traceback" not in host.api.server.log

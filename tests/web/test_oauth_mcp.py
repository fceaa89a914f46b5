"""A real MCP client that knows nothing but the server's address: from a 401 to a tool's answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from counterfoil.operations import oauth
from tests.support.oauth import CALLBACK, Site, decided, site, told


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("oauth") / "data") as found:
        yield found


@dataclass
class Storage:
    """What the client keeps between its runs."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Walk:
    """The client's side of a browser: where it sends the person, and what comes back."""

    def __init__(self, person: httpx.Client) -> None:
        self._person = person
        self.asked: list[str] = []
        self._told: dict[str, str] = {}

    async def redirect(self, url: str) -> None:
        self.asked.append(url)
        path = url.removeprefix(str(self._person.base_url).rstrip("/"))
        self._told = told(await asyncio.to_thread(decided, self._person, path))

    async def callback(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(code=self._told["code"], state=self._told["state"], iss=self._told["iss"])


async def tools_of(running: Site, storage: Storage, walk: Walk, era: str) -> set[str]:
    metadata = OAuthClientMetadata(
        client_name="Assistant", redirect_uris=[AnyUrl(CALLBACK)], token_endpoint_auth_method="none"
    )
    url = f"{running.url}/mcp"
    auth = OAuthClientProvider(url, metadata, storage, walk.redirect, walk.callback)
    async with (
        httpx2.AsyncClient(auth=auth, timeout=30) as http,
        Client(streamable_http_client(url, http_client=http), mode=era) as client,
    ):
        listed = {tool.name for tool in (await client.list_tools()).tools}
        result = await client.call_tool("list_clients", {})
        assert not result.is_error, result.content
    return listed


@pytest.mark.parametrize("era", ["legacy", "2026-07-28"])
def test_a_client_registers_is_let_in_and_calls_a_tool(running: Site, era: str) -> None:
    storage, walk = Storage(), Walk(running.person())
    listed = asyncio.run(tools_of(running, storage, walk, era))
    assert "create_client_invoice" in listed
    assert len(walk.asked) == 1
    assert storage.tokens
    with running.house.database.read() as conn:
        row = oauth.access_token(conn, storage.tokens.access_token)
    assert row
    assert (row.audience, row.policy) == (f"{running.url}/mcp", "always")


def test_the_tools_are_those_of_what_the_person_ticked(running: Site) -> None:
    class Careful(Walk):
        async def redirect(self, url: str) -> None:
            path = url.removeprefix(running.url)
            page = self._person.get(path).text
            writes = {name: None for name in _scopes(page) if not name.endswith(".read")}
            self._told = told(await asyncio.to_thread(lambda: decided(self._person, path, **writes)))

    listed = asyncio.run(tools_of(running, Storage(), Careful(running.person()), "2026-07-28"))
    assert "list_clients" in listed
    assert not {name for name in listed if name.startswith(("create_", "update_", "delete_"))}


def _scopes(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="')[1:] if part.startswith("scope:")]

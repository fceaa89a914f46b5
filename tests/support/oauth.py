"""A whole site on a port of its own, with people who sign in and programs that they let in."""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import uvicorn
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from counterfoil.app import House, create_app
from counterfoil.domain.oauth import Client
from counterfoil.operations import members, oauth
from counterfoil.operations.work import Actor
from counterfoil.ports.clock import Clock
from counterfoil.settings import Settings
from tests.support import databases
from tests.support.server import Organization, free_port, make_organization

CALLBACK = "http://127.0.0.1:3000/callback"
MCP_HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
PING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
_INPUT = re.compile(r"<input ([^>]*)>")
_ATTRIBUTE = re.compile(r'([a-z]+)(?:="([^"]*)")?')


@dataclass
class StandingClock:
    """Stands still until it is moved."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def now(self) -> datetime:
        return self.moment

    def wait(self, **by: float) -> None:
        """Moves it, as timedelta counts."""
        self.moment += timedelta(**by)


class Site:
    """A running server in this process. url: without a slash at the end."""

    def __init__(self, data: Path, *, clock: Clock | None = None, is_private_allowed: bool = True) -> None:
        self.organization: Organization = make_organization(data, "FR")
        self.data = data
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        settings = Settings(
            data=data, port=port, allow_private_callbacks=is_private_allowed, **databases.settings_of(data)
        )
        self.house = House(settings, clock=clock)
        config = uvicorn.Config(create_app(self.house), port=port, log_level="error", lifespan="on")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.01)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self.house.close()

    def http(self, **options: Any) -> httpx.Client:
        """A plain client of the site, which follows no redirect by itself."""
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False, verify=False, **options)

    @property
    def operator(self) -> Actor:
        return Actor(self.organization.id, "cli")

    def person(self, role: str = "owner") -> httpx.Client:
        """The browser of a new person with this role, signed in."""
        with self.house.works.write(self.operator) as work:
            made = members.add(work, email=f"{secrets.token_hex(4)}@example.com", name="Ada Martin", role=role)
            link = members.new_link(work, made.id)
        browser = self.http()
        answer = browser.post(f"/signin/{link}", data={"next": "/approvals"})
        assert answer.status_code == 303, answer.text
        return browser

    def client(self, *redirect_uris: str, is_public: bool = False, name: str = "Ledger Bot") -> tuple[Client, str]:
        """A program that the operator added, and its secret."""
        with self.house.works.write(self.operator) as work:
            return oauth.add_client(work, name=name, redirect_uris=redirect_uris or (CALLBACK,), is_public=is_public)


@contextmanager
def site(data: Path, **options: Any) -> Iterator[Site]:
    """A running site, closed afterwards."""
    running = Site(data, **options)
    try:
        yield running
    finally:
        running.close()


@dataclass
class Pkce:
    """What a client keeps to itself, and what it sends of it."""

    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def sent(self) -> dict[str, str]:
        return {"code_challenge": create_s256_code_challenge(self.verifier), "code_challenge_method": "S256"}


def asking(client_id: str, **more: str) -> str:
    """The path of an authorization request."""
    asked = {"response_type": "code", "client_id": client_id, "redirect_uri": CALLBACK, "state": "xyz"} | more
    return "/oauth2/auth?" + urlencode({name: value for name, value in asked.items() if value})


def form(page: httpx.Response) -> tuple[str, dict[str, str]]:
    """Where the consent page's form goes, and what it sends as it stands, without a button."""
    assert page.status_code == 200, page.text
    found = re.search(
        r'<form method="post" action="([^"]*oauth2/auth[^"]*)" class="form">(.*?)</form>', page.text, re.S
    )
    assert found, page.text
    fields = {}
    for each in _INPUT.findall(found[2]):
        attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(each)}
        if attributes["type"] not in ("checkbox", "radio") or "checked" in attributes:
            fields[attributes["name"]] = attributes.get("value", "")
    return unescape(found[1]), fields


def decided(browser: httpx.Client, path: str, decision: str = "allow", **changes: str | None) -> httpx.Response:
    """What the site answers once the person decided; changes: fields of the form, None for one that is not sent."""
    page = browser.get(path)
    action, fields = form(page)
    sent = {name: value for name, value in {**fields, **changes}.items() if value is not None}
    return browser.post(str(page.url.join(action)), data=sent | {"decision": decision})


def told(answer: httpx.Response, at: str = CALLBACK) -> dict[str, str]:
    """What a client is told at its redirect URI."""
    assert answer.status_code in (302, 303), answer.text
    location = answer.headers["location"]
    parts = urlsplit(location)
    assert location.startswith(at), location
    return dict(parse_qsl(parts.query))


def clock_of(running: Site) -> StandingClock:
    """The clock that a site stands by."""
    clock = running.house.clock
    assert isinstance(clock, StandingClock)
    return clock


def code_of(running: Site, browser: httpx.Client, client: Client, pkce: Pkce, **more: str) -> str:
    """A code that a person gave to a public client."""
    return told(decided(browser, asking(client.client_id, **pkce.sent, **more)))["code"]


def exchanged(running: Site, client: Client, code: str, pkce: Pkce, **more: str) -> httpx.Response:
    """What the token endpoint answers to a public client with a code."""
    with running.http() as http:
        sent = {
            "grant_type": "authorization_code", "client_id": client.client_id, "code": code, "redirect_uri": CALLBACK,
            "code_verifier": pkce.verifier,
        }  # fmt: skip
        return http.post("/oauth2/token", data={name: value for name, value in (sent | more).items() if value})


def refreshed(running: Site, client: Client, token: str, **more: str) -> httpx.Response:
    """What it answers to a public client with a refresh token."""
    with running.http() as http:
        sent = {"grant_type": "refresh_token", "client_id": client.client_id, "refresh_token": token}
        return http.post("/oauth2/token", data=sent | more)


def tokens(running: Site, browser: httpx.Client, client: Client, **more: str) -> dict[str, Any]:
    """What a public client gets once it was let in."""
    pkce = Pkce()
    answer = exchanged(running, client, code_of(running, browser, client, pkce, **more), pkce)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def call(running: Site, token: str, path: str = "/v2/clients", method: str = "GET") -> httpx.Response:
    """A call of the API with a token."""
    with running.http(headers={"Authorization": f"Bearer {token}"}) as http:
        return http.request(method, path)


def call_mcp(running: Site, token: str) -> httpx.Response:
    """A call of /mcp with a token."""
    with running.http(headers=MCP_HEADERS | {"Authorization": f"Bearer {token}"}) as http:
        return http.post("/mcp", json=PING)


def policy_of(running: Site, token: str) -> str:
    """An access token's policy."""
    with running.house.database.read() as conn:
        row = oauth.access_token(conn, token)
    assert row
    return row.policy

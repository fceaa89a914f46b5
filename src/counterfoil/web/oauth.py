"""/oauth2/…: where programs ask for access, people give it, and tokens come from. The paths are Qonto's.

This is HTTP alone: what a request means is oauth_server's, what lasts is operations.oauth's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from counterfoil.domain.oauth import Resources
from counterfoil.operations import attempts
from counterfoil.operations import oauth as operations
from counterfoil.operations.work import Actor
from counterfoil.ports.client_documents import HttpClientDocuments
from counterfoil.rest.limits import Limits
from counterfoil.web import forms, oauth_metadata
from counterfoil.web.doors import PageDoors
from counterfoil.web.oauth_answer import NO_STORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterfoil.ports.network import Network
    from counterfoil.web.oauth_server import Desk

PRINCIPAL = "oauth"
_LARGEST_REGISTRATION = 16 * 1024


class OAuthDoors(PageDoors, Protocol):
    """What these need of the house: network reads clients' own documents."""

    @property
    def network(self) -> Network: ...


def mount(app: FastAPI, doors: OAuthDoors) -> None:
    """Adds the authorization server, and the metadata of both servers, to `app`."""
    office = Office(doors)

    def asked(request: Request) -> Response:
        from counterfoil.web.oauth_consent import ask  # Start-up does not wait for it.

        return ask(office, request)

    async def decided(request: Request) -> Response:
        from counterfoil.web.oauth_consent import decide

        return await _with_body(request, lambda body: decide(office, request, body))

    async def token(request: Request) -> Response:
        return await _with_body(request, lambda body: office.posted(request, body, "token"))

    async def revoke(request: Request) -> Response:
        return await _with_body(request, lambda body: office.posted(request, body, "revocation"))

    async def register(request: Request) -> Response:
        return await run_in_threadpool(office.register, request, await _json(request))

    app.add_route("/oauth2/auth", asked, methods=["GET"])
    app.add_route("/oauth2/auth", decided, methods=["POST"])
    app.add_route("/oauth2/token", token, methods=["POST"])
    app.add_route("/oauth2/revoke", revoke, methods=["POST"])
    app.add_route("/oauth2/register", register, methods=["POST"])
    app.add_route("/oauth2/jwks", office.keys, methods=["GET"])
    oauth_metadata.mount(app, office.resources)


class Office:
    """Serves the requests that no person has to be asked for, and knows what all of them need."""

    def __init__(self, doors: OAuthDoors) -> None:
        self.doors = doors
        self.resources = Resources(doors.settings.base_url)
        self.documents = HttpClientDocuments(doors.network)
        self._limits = Limits(doors.settings.rate_limits)

    def posted(self, request: Request, body: bytes | None, endpoint: str) -> Response:
        """The answer of the token endpoint or of revocation."""
        try:
            sent = parse_qsl((body or b"").decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50)
        except ValueError:
            sent = []
        with self._desk(dict(sent)) as desk:
            headers = {"Authorization": request.headers.get("authorization", "")}
            return (desk.token(sent, headers) if endpoint == "token" else desk.revocation(sent, headers)).response

    @contextmanager
    def _desk(self, sent: dict[str, str]) -> Iterator[Desk]:
        """A desk that may write in the organization of what was sent; one that only reads where that is nobody's."""
        from counterfoil.web.oauth_server import Desk

        works = self.doors.works
        with works.database.read() as conn:
            found: Any = operations.code(conn, sent.get("code", ""))
            for name in ("refresh_token", "token"):
                found = found or operations.refresh_token(conn, sent.get(name, ""))
            found = found or operations.access_token(conn, sent.get("token", ""))
            if found is None:
                yield Desk(self.resources, conn)
                return
        with works.write(Actor(found.organization_id, PRINCIPAL, member_id=found.member_id, client="oauth")) as work:
            yield Desk(self.resources, work.conn, work)

    def register(self, request: Request, sent: object) -> Response:
        """The answer of registration: anybody may, but not often."""
        from counterfoil.web import oauth_registration

        seconds = self._must_wait(request.client.host if request.client else None)
        if seconds:
            problem = {"error": "temporarily_unavailable", "error_description": "Too many registrations from here."}
            return JSONResponse(problem, 429, NO_STORE | {"retry-after": str(seconds)})
        metadata = oauth_registration.checked(sent)
        if isinstance(metadata, oauth_registration.Refused):
            return JSONResponse(metadata.body, 400, NO_STORE)
        works = self.doors.works
        now = works.clock.now()
        with works.database.write() as conn:
            client, secret = operations.register(conn, now, metadata)
        answer = metadata | {"client_id": client.client_id, "client_id_issued_at": int(now.timestamp())}
        if secret:
            answer |= {"client_secret": secret, "client_secret_expires_at": 0}
        return JSONResponse(answer, 201, NO_STORE)

    def _must_wait(self, host: str | None) -> int:
        place = self._limits.place(host)
        if not place:
            return 0
        works = self.doors.works
        with works.database.write() as conn:
            return attempts.begin(conn, works.clock.now(), attempts.REGISTRATIONS, place)

    def keys(self, _request: Request) -> Response:
        """The keys that identity tokens are checked with."""
        from counterfoil.web import oauth_identity

        database = self.doors.works.database
        with database.read() as conn:
            is_made = oauth_identity.has_key(conn)
        with database.read() if is_made else database.write() as conn:
            keys = oauth_identity.public_keys(conn)
        return JSONResponse(keys, headers={"cache-control": "public, max-age=3600"})


async def _with_body(request: Request, answered: Callable[[bytes | None], Response]) -> Response:
    try:
        body = await forms.read_form(request)
    except ClientDisconnect:
        return Response(status_code=400)
    return await run_in_threadpool(answered, body)


async def _json(request: Request) -> object:
    """What was sent as JSON; None for anything else."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST_REGISTRATION:
                return None
        return json.loads(body)
    except (ClientDisconnect, ValueError, RecursionError):
        return None

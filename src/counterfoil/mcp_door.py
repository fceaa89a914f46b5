"""/mcp of a running server: who asks is found out here, and the endpoint itself is built at the first request."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

import anyio
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from counterfoil.domain.oauth import MCP_SCOPES, Resources
from counterfoil.errors import BillingError
from counterfoil.mcp import guard
from counterfoil.mcp.caller import Caller
from counterfoil.operations import access, approvals
from counterfoil.operations.work import Actor, Works
from counterfoil.ports.clock import timestamp
from counterfoil.rest import challenges, trace
from counterfoil.rest.calls import ACTOR_KEY
from counterfoil.rest.errors import respond
from counterfoil.sdk.asgi import App, AsgiSend
from counterfoil.sdk.client import AsyncClient
from counterfoil.sdk.wire import Request as ApiRequest
from counterfoil.store import instance

if TYPE_CHECKING:
    from anyio.abc import TaskGroup, TaskStatus
    from mcp.server.context import ServerRequestContext

    from counterfoil.house import House
    from counterfoil.mcp.endpoint import McpEndpoint

    EndpointOf = Callable[[FastAPI], McpEndpoint]


# The same on every replica, so that any of them opens what another one sealed.
_STATE_KEY: Final = "mcp_request_state"
_FILES: Final = "/files/"
_KNOWN_MAX: Final = 1_000
_KNOWN_FOR: Final = timedelta(seconds=1)


class McpDoor:
    """/mcp, built at the first request: importing the MCP library takes longer than starting everything else.

    api: what the tools' calls go to. endpoint_of: makes another endpoint than ours, from the application.
    """

    def __init__(self, app: FastAPI, api: App, house: House, endpoint_of: EndpointOf | None = None) -> None:
        self._app = app
        self._api = api
        self._endpoint_of = endpoint_of
        self._house = house
        self._endpoint: McpEndpoint | None = None
        self._building = asyncio.Lock()
        self._tasks: TaskGroup | None = None
        settings = house.settings
        self._resources = Resources(settings.base_url)
        self._known = _Known(house.works, self._resources.mcp)
        self._own_names = [name for name in (settings.host, urlsplit(settings.base_url).hostname) if name]
        # An object and no function, so that Starlette hands it the bare ASGI call; first, to be found at once.
        app.router.routes.insert(0, Route("/mcp", endpoint=self, include_in_schema=False))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        refused = guard.refusal(request.headers.get("host"), request.headers.get("origin"), own_names=self._own_names)
        if refused:
            await Response(refused[1], status_code=refused[0], media_type="text/plain")(scope, receive, send)
        elif request.method != "POST":
            # There are no sessions to end and nothing is sent unasked, so GET and DELETE have no meaning.
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
        else:
            await self._post(request, scope, receive, send)

    async def _post(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            scope[ACTOR_KEY] = await self._known.actor(request.headers.get("authorization"))
            endpoint = self._endpoint or await self._built()
        except BillingError as error:
            has_credential = "authorization" in request.headers
            lacks = challenges.headers(error, self._resources.mcp, MCP_SCOPES, has_credential=has_credential)
            await respond(error, headers=lacks)(scope, receive, send)
            return
        # RFC 9110, 5.5: spaces around a header's value are no part of it; httptools leaves those that follow.
        scope["headers"] = [(name, value.strip(b" \t")) for name, value in scope["headers"]]
        # Who went away before the question was whole waits for no answer, and it is no bug of ours.
        with suppress(ClientDisconnect):
            await endpoint(scope, receive, send)

    async def _built(self) -> McpEndpoint:
        async with self._building:
            if self._endpoint is None:
                if self._tasks is None:
                    raise RuntimeError("/mcp is served only while the application's lifespan runs")
                endpoint = await run_in_threadpool(self._build)
                await self._tasks.start(self._run, endpoint)
                self._endpoint = endpoint
        return self._endpoint

    def _build(self) -> McpEndpoint:
        from counterfoil.mcp.endpoint import McpEndpoint
        from counterfoil.mcp.server import build_server

        if self._endpoint_of:
            return self._endpoint_of(self._app)
        house = self._house
        with house.database.write() as conn:
            secret = instance.make_secret(conn, _STATE_KEY)
        return McpEndpoint(build_server(self._caller, house.clock.now, secret=secret))

    def _caller(self, context: ServerRequestContext[Any]) -> Caller:
        actor = context.request.scope[ACTOR_KEY] if context.request is not None else None
        if not isinstance(actor, Actor):
            raise TypeError("/mcp is asked without an actor")
        return caller_for(self._api, self._house.works, actor)

    @staticmethod
    async def _run(endpoint: McpEndpoint, *, task_status: TaskStatus[None]) -> None:
        async with endpoint.running():
            task_status.started()
            await anyio.sleep_forever()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keeps the tasks of /mcp, which outlive the request that built it."""
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            yield
            self._tasks = None
            tasks.cancel_scope.cancel()


class _Known:
    """Who is behind a credential: looked up again after each commit, which may have revoked it, and each second.

    A model asks again and again between two writes, and each look-up is a thread to wake. audience: see authenticate.
    """

    def __init__(self, works: Works, audience: str) -> None:
        self._works = works
        self._audience = audience
        self._found: dict[bytes, tuple[Actor, datetime]] = {}
        self._version: int | None = None

    async def actor(self, authorization: str | None) -> Actor:
        """The actor. Raises Unauthorized. Called on the event loop alone."""
        version, now = self._works.database.version(), self._works.clock.now()
        if version != self._version or len(self._found) > _KNOWN_MAX:
            self._found.clear()
            self._version = version
        key = hashlib.sha256((authorization or "").encode()).digest()
        found = self._found.get(key)
        if found and timedelta(0) <= now - found[1] < _KNOWN_FOR:
            actor = found[0]
        else:
            actor = await run_in_threadpool(self._look_up, authorization, now)
            # What was committed meanwhile may have been missed: then the version is another one at the next call.
            if version is not None and version == self._version:
                self._found[key] = actor, now
        trace.found_caller(f"{actor.organization_id} {actor.principal}")
        return actor

    def _look_up(self, authorization: str | None, now: datetime) -> Actor:
        with self._works.database.read() as conn:
            return access.authenticate(conn, authorization, timestamp(now), self._audience, door="mcp")


def caller_for(app: App, works: Works, actor: Actor) -> Caller:
    """`actor` as a caller of tools: its acts are calls of the API in this process."""
    send = AsgiSend(app, scope={ACTOR_KEY: actor})

    async def approve(approval_id: str) -> None:
        await run_in_threadpool(_approve, works, actor, approval_id)

    async def fetch(url: str) -> bytes:
        parts = urlsplit(url)
        if not parts.path.startswith(_FILES):
            return b""
        answer = await send(ApiRequest("GET", parts.path, lambda found: found, params=parse_qsl(parts.query)))
        return answer.body if answer.status == 200 else b""

    return Caller(
        AsyncClient(send), actor.scopes, f"{actor.organization_id} {actor.credential_id or actor.principal}",
        approve=None if actor.policy.is_person_needed else approve, fetch=fetch,
    )  # fmt: skip


def _approve(works: Works, actor: Actor, approval_id: str) -> None:
    with works.write(actor) as work:
        approvals.approve(work, approval_id, approvals.ELICITATION)

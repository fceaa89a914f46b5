"""/mcp: streamable HTTP without sessions, JSON answers, both eras of the protocol on one path.

This module imports the MCP library, which takes longer than starting everything else: import it at the first request.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Receive, Scope, Send

from counterfoil.mcp.server import build_server
from counterfoil.sdk.asgi import App, AsgiSend
from counterfoil.sdk.client import AsyncClient


class McpEndpoint:
    """Serves requests whose sender is known. api: the application of the REST API; its routes are called in process.

    passed_on: keys of the request's ASGI scope that the API's request gets too: they say who calls.
    Host and Origin are checked before, by guard.refusal. server: another one than ours. has_streams: keeps sessions of
    the older era in this process and answers with event streams; none of our tools sends anything before its answer.
    """

    def __init__(
        self,
        api: App,
        *,
        passed_on: tuple[str, ...],
        now: Callable[[], datetime],
        server: Server[Any] | None = None,
        has_streams: bool = False,
    ) -> None:
        self._api = api
        self._passed_on = passed_on
        self._manager = StreamableHTTPSessionManager(
            server or build_server(self._client, now), json_response=not has_streams, stateless=not has_streams
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Holds the tasks of requests of the older era."""
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._manager.handle_request(scope, receive, send)

    def _client(self, context: ServerRequestContext[Any]) -> AsyncClient:
        request = context.request
        scope: Mapping[str, Any] = request.scope if request is not None else {}
        return AsyncClient(AsgiSend(self._api, scope={key: scope[key] for key in self._passed_on if key in scope}))

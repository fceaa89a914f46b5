"""/mcp: streamable HTTP without sessions, JSON answers, both eras of the protocol on one path.

This module imports the MCP library, which takes longer than starting everything else: import it at the first request.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Receive, Scope, Send


class McpEndpoint:
    """Serves requests whose sender is known; Host and Origin are checked before, by guard.refusal.

    has_streams: keeps sessions of the older era in this process and answers with event streams; none of our tools
    sends anything before its answer.
    """

    def __init__(self, server: Server[Any], *, has_streams: bool = False) -> None:
        self._manager = StreamableHTTPSessionManager(server, json_response=not has_streams, stateless=not has_streams)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Holds the tasks of requests of the older era."""
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._manager.handle_request(scope, receive, send)

"""MCP on standard input and output. Nothing else may be written to standard output: it carries the protocol."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mcp.server.stdio import stdio_server

from counterfoil.mcp.server import build_server
from counterfoil.sdk.client import AsyncClient


async def serve_stdio(api: AsyncClient, now: Callable[[], datetime]) -> None:
    """Answers until standard input ends. now: aware."""
    server = build_server(lambda _context: api, now)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())

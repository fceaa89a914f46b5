"""MCP on standard input and output. Nothing else may be written to standard output: it carries the protocol."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from mcp.server.stdio import stdio_server

from counterfoil.mcp.caller import Caller
from counterfoil.mcp.server import build_server


async def serve_stdio(caller: Caller, now: Callable[[], datetime]) -> None:
    """Answers until standard input ends. caller: who started this process. now: aware."""
    # One process is one conversation: what it sealed need not be opened by another.
    server = build_server(
        lambda _context: caller, now, secret=secrets.token_bytes(32), has_extensions=caller.has_extensions
    )
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())

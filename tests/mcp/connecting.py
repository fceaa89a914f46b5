"""MCP clients as assistants use them, in each way there is to reach the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from jsonschema import Draft202012Validator
from mcp import Client
from mcp.client.session import ElicitationFnT
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult

from counterfoil.mcp.catalog import TOOLS
from counterfoil.mcp.results_size import ANSWER_BYTES_MAX
from tests.support.server import COMMAND, Server

T = TypeVar("T")
ERAS = ("legacy", "2026-07-28")  # legacy: initialize first, as all clients until 2025-11-25 do
OTHER_ID = "01a20000-0000-7000-8000-000000000000"


@cache
def _validator(tool: str) -> Draft202012Validator:
    (schema,) = (known.output_schema for known in TOOLS if known.name == tool)
    return Draft202012Validator(schema)


def conforming(tool: str, result: CallToolResult) -> CallToolResult:
    """The result. Raises AssertionError unless it conforms to the tool's output schema and is short enough to be read.

    test_server shows that the schema of the table is the one that is listed.
    """
    faults = [
        f"{fault.json_path}: {fault.message[:200]}" for fault in _validator(tool).iter_errors(result.structured_content)
    ]
    assert faults == [], f"{tool}: {faults}"
    size = len(result.model_dump_json(by_alias=True, exclude_none=True).encode())
    assert size <= ANSWER_BYTES_MAX, f"{tool}: {size} bytes"
    return result


@dataclass(frozen=True)
class Assistant:
    """A connected client. `ask` wants success, `refused` wants a failure; both answer the structured content."""

    client: Client

    async def call(self, tool: str, **arguments: Any) -> CallToolResult:
        return conforming(tool, await self.client.call_tool(tool, arguments))

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = await self.call(tool, **arguments)
        assert not result.is_error, result.content
        found: dict[str, Any] = result.structured_content
        return found

    async def refused(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = await self.call(tool, **arguments)
        assert result.is_error, result.structured_content
        found: dict[str, Any] = result.structured_content
        return found


@asynccontextmanager
async def over_http(
    server: Server, authorization: str, era: str = "2026-07-28", answer: Any = None
) -> AsyncIterator[Assistant]:
    """/mcp of a running server. answer: what the client's user says to questions; None for a client that cannot ask."""
    async with (
        httpx2.AsyncClient(headers={"Authorization": authorization}, timeout=30, verify=False) as http,
        Client(
            streamable_http_client(f"{server.url}/mcp", http_client=http), mode=era, elicitation_callback=answer
        ) as client,
    ):
        yield Assistant(client)


@asynccontextmanager
async def over_stdio(
    *options: str, era: str = "2026-07-28", answer: ElicitationFnT | None = None
) -> AsyncIterator[Assistant]:
    """`counterfoil mcp` as a process of its own. answer: what the person says when asked; None: nobody can be asked."""
    process = StdioServerParameters(command=COMMAND, args=["mcp", *options])
    async with Client(process, mode=era, elicitation_callback=answer) as client:
        yield Assistant(client)


@asynccontextmanager
async def on_directory(data: Path, era: str = "2026-07-28") -> AsyncIterator[Assistant]:
    """The same, on a data directory."""
    async with over_stdio("--data", str(data), era=era) as assistant:
        yield assistant


def run(scenario: Callable[[], Awaitable[T]], seconds: float = 90) -> T:
    """Runs an asynchronous scenario to its end."""

    async def limited() -> T:
        return await asyncio.wait_for(_awaited(scenario), seconds)

    return asyncio.run(limited())


async def _awaited(scenario: Callable[[], Awaitable[T]]) -> T:
    return await scenario()

"""The MCP server: one table of tools, listed as it stands and called through the API's client."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import mcp_types as types
from mcp.server import Server
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from counterfoil import __version__
from counterfoil.errors import BillingError
from counterfoil.mcp.arguments import checked
from counterfoil.mcp.catalog import TOOLS
from counterfoil.mcp.errors import as_result, as_text
from counterfoil.mcp.tool import Tool, ToolCall
from counterfoil.sdk.client import AsyncClient
from counterfoil.sdk.errors import SdkError

log = logging.getLogger("counterfoil.mcp")
INSTRUCTIONS = (
    "Client invoices of one company: drafts, finalized invoices, mail and payment. Amounts are decimal strings, VAT "
    'rates are fractions ("0.2" is 20 %), days are YYYY-MM-DD. Finalizing and canceling cannot be undone.'
)
# The list is the same for every caller and changes only with the program.
_CACHE: Final[Mapping[CacheableMethod, CacheHint]] = {"tools/list": CacheHint(ttl_ms=3_600_000, scope="public")}
Connect = Callable[["ServerRequestContext[Any]"], AsyncClient]


def build_server(connect: Connect, now: Callable[[], datetime]) -> Server[Any]:
    """A server whose tools call the API through what `connect` gives for a request. now: aware."""
    by_name: Mapping[str, Tool] = {tool.name: tool for tool in TOOLS}
    listing = types.ListToolsResult(tools=[_described(tool) for tool in TOOLS])
    schemas = {tool.name: tool.input_schema for tool in TOOLS}

    async def list_tools(
        _context: ServerRequestContext[Any], _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return listing

    async def call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = by_name.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no tool {params.name[:80]}: {', '.join(by_name)}.")
        return await _called(tool, schemas[tool.name], params.arguments or {}, lambda: connect(context), now)

    return Server(
        "counterfoil", version=__version__, title="Counterfoil", instructions=INSTRUCTIONS, cache_hints=_CACHE,
        get_tool_input_schema=schemas.get, on_list_tools=list_tools, on_call_tool=call_tool,
    )  # fmt: skip


async def _called(
    tool: Tool,
    schema: dict[str, Any],
    arguments: dict[str, Any],
    connect: Callable[[], AsyncClient],
    now: Callable[[], datetime],
) -> types.CallToolResult:
    """What the tool answers, as data and as the same JSON in text; what goes wrong is an answer too."""
    try:
        answer = await tool.handler(ToolCall(connect(), checked(schema, arguments), now()))
    except (BillingError, SdkError) as error:
        return _failure(error)
    except Exception as error:
        log.exception("a bug: tool %s failed", tool.name)
        return _failure(error)
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=answer)


def _failure(error: Exception) -> types.CallToolResult:
    answer = as_result(error)
    return types.CallToolResult(
        content=[types.TextContent(text=as_text(answer))], structured_content=answer, is_error=True
    )


def _described(tool: Tool) -> types.Tool:
    hints = types.ToolAnnotations(
        title=tool.title,
        read_only_hint=tool.hints.is_read_only,
        destructive_hint=tool.hints.is_destructive,
        idempotent_hint=tool.hints.is_idempotent,
        open_world_hint=tool.hints.is_open_world,
    )
    return types.Tool(
        name=tool.name, title=tool.title, description=tool.description, input_schema=tool.input_schema,
        output_schema=tool.output_schema, annotations=hints,
    )  # fmt: skip

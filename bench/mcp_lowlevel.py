"""The other side of /mcp: the SDK's low-level server with one trivial tool. `python -m bench.mcp_lowlevel PORT`.

Configured as ours is: no sessions, JSON answers, and the tool's schema at hand, without which the SDK would list all
tools at each call. No credential, no database, nothing to check.
"""

from __future__ import annotations

import sys
from typing import Any

import mcp_types as types
import uvicorn
from mcp.server import Server
from mcp.server.context import ServerRequestContext

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "required": ["a", "b"]}


async def list_tools(_context: ServerRequestContext[Any], _params: Any) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[types.Tool(name="add", description="Adds.", input_schema=SCHEMA)])


async def call_tool(_context: ServerRequestContext[Any], params: types.CallToolRequestParams) -> types.CallToolResult:
    given = params.arguments or {}
    total = given["a"] + given["b"]
    return types.CallToolResult(content=[types.TextContent(text=str(total))], structured_content={"result": total})


def main(port: int) -> None:
    server: Server[Any] = Server(
        "low-level", on_list_tools=list_tools, on_call_tool=call_tool, get_tool_input_schema=lambda _name: SCHEMA
    )
    app = server.streamable_http_app(json_response=True, stateless_http=True)
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""A server for the conformance suite: the scenarios call tools, resources and prompts of the suite's own names.

`python -m tests.conformance.fixture_server DATA PORT` serves them on the application that we ship: its edge, the check
of Host and Origin, the look-up of the credential, the sealing of request states and McpEndpoint are the product's. What
differs, and why:

- The `Server` behind the endpoint: the names above in place of our tools.
- `has_streams`: our endpoint answers with plain JSON and keeps no sessions, as none of our tools sends anything before
  its answer. The suite's scenarios of progress (both eras), and of log messages, sampling and elicitation of the older
  era, need an event stream; in the older era those that ask back need a session as well.
- Requests without a credential get one: the suite knows no way to send its own.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import mcp_types as types
import uvicorn
from mcp.server import Server
from mcp.server.caching import CacheHint
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, PromptsListChanged, ToolsListChanged
from mcp.shared.exceptions import MCPError
from starlette.types import ASGIApp, Receive, Scope, Send

from counterfoil.app import House, create_app
from counterfoil.cli.protocol import Protocol
from counterfoil.mcp.approvals import SealedState
from counterfoil.mcp.caller import Caller
from counterfoil.mcp.endpoint import McpEndpoint
from counterfoil.sdk.asgi import AsgiSend
from counterfoil.sdk.client import AsyncClient
from counterfoil.settings import Settings
from tests.conformance import fixture_resources as resources
from tests.conformance.fixture_tools import TOOLS, Answer, Context, input_schema, text
from tests.support.server import make_organization

_HINT = CacheHint(ttl_ms=60_000, scope="private")
_SECRET = b"32 bytes that seal what is sent."


# Calling one of these tells whoever listens that a list has changed.
_CHANGES = {"test_trigger_tool_change": ToolsListChanged(), "test_trigger_prompt_change": PromptsListChanged()}
_BUS = InMemorySubscriptionBus()


async def list_tools(_context: Context, _params: Any) -> types.ListToolsResult:
    described = [
        types.Tool(name=name, description="For the suite.", input_schema=input_schema(name))
        for name in (*TOOLS, *_CHANGES)
    ]
    return types.ListToolsResult(tools=described)


async def call_tool(context: Context, params: types.CallToolRequestParams) -> Answer:
    if params.name in _CHANGES:
        await _BUS.publish(_CHANGES[params.name])
        return text("It was told.")
    tool = TOOLS.get(params.name)
    if tool is None:
        raise MCPError(types.INVALID_PARAMS, f"There is no tool {params.name}.")
    return await tool(context, params)


async def set_level(_context: Context, _params: types.SetLevelRequestParams) -> types.EmptyResult:
    return types.EmptyResult()


def fixture_server(api: ASGIApp) -> Server[Any]:
    """Everything that the scenarios ask for, with states sealed as ours are."""
    caller = Caller(AsyncClient(AsgiSend(api)), None, "suite", None)
    server: Server[Any] = Server(
        "fixture", version="1", on_list_tools=list_tools, on_call_tool=call_tool,
        on_list_resources=resources.list_resources, on_list_resource_templates=resources.list_templates,
        on_read_resource=resources.read, on_subscribe_resource=resources.subscribe,
        on_unsubscribe_resource=resources.subscribe, on_list_prompts=resources.list_prompts,
        on_get_prompt=resources.get_prompt, on_completion=resources.complete, on_set_logging_level=set_level,
        on_subscriptions_listen=ListenHandler(_BUS),
        get_tool_input_schema=input_schema,
        cache_hints=dict.fromkeys(
            ("tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read"), _HINT
        ),
    )  # fmt: skip
    server.middleware.append(SealedState(_SECRET, lambda _context: caller))
    return server


class WithCredential:
    """Gives requests that bring no credential one."""

    def __init__(self, app: ASGIApp, api_key: str) -> None:
        self._app = app
        self._header = (b"authorization", api_key.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = [*scope["headers"], self._header]
        await self._app(scope, receive, send)


def main(data: Path, port: int, *, has_streams: bool) -> None:
    """Serves until it is killed."""
    key = make_organization(data, "FR").api_key
    house = House(Settings(data=data, port=port), is_server=True)

    def endpoint_of(api: ASGIApp) -> McpEndpoint:
        return McpEndpoint(fixture_server(api), has_streams=has_streams)

    app = WithCredential(create_app(house, mcp_endpoint_of=endpoint_of), key)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", http=Protocol, ws="none")
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), has_streams="--streams" in sys.argv)

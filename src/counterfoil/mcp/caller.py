"""Who calls a tool: what the door in front of the server has found out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from counterfoil.sdk.client import AsyncClient

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller of one request.

    api: calls the API in the caller's name. scopes: None for all. principal: names the caller, and stays the same
    from request to request. approve: records a yes that the caller's user gave to a question of ours (elicitation);
    None where only the approval page and the terminal count. has_extensions: see ToolCall. fetch: the bytes behind a
    link of the API's; None where they cannot be had from here.
    """

    api: AsyncClient
    scopes: frozenset[str] | None
    principal: str
    approve: Callable[[str], Awaitable[None]] | None = None
    has_extensions: bool = True
    fetch: Callable[[str], Awaitable[bytes]] | None = None

    def may(self, scope: str) -> bool:
        """Whether the caller holds `scope`; "" is held by everybody."""
        return not scope or self.scopes is None or scope in self.scopes


Connect = Callable[["ServerRequestContext[Any]"], Caller]

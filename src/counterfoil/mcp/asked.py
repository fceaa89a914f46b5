"""What tools of documents read from their arguments: references and days."""

from __future__ import annotations

from counterfoil.mcp import defaults
from counterfoil.mcp.resource_files import resolve as resolve
from counterfoil.mcp.tool import ToolCall


async def a_day(call: ToolCall, text: str, field: str) -> str:
    if text == "today":
        return defaults.today(await call.api.get_organization(), call).isoformat()
    return text

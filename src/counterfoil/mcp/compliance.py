"""The tools for what the law says of a document."""

from __future__ import annotations

from counterfoil.mcp.tool import Tool

TOOLS: tuple[Tool, ...] = ()

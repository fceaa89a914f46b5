"""The tools for products."""

from __future__ import annotations

from counterfoil.mcp.tool import Tool

TOOLS: tuple[Tool, ...] = ()

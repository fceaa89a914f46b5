"""Days as tools of documents are given them; what names a document or client is read by `references`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from counterfoil.mcp import defaults, values
from counterfoil.mcp.tool import ToolCall
from counterfoil.sdk.errors import ApiError


async def a_day(call: ToolCall, text: str, field: str) -> str:
    """A day of the wire from YYYY-MM-DD, today, +30d or -7d; the organization is asked only for its today."""
    is_plain = text.strip()[:4].isdigit()
    return values.day(text, field, call.now.date() if is_plain else await _today(call))


async def _today(call: ToolCall) -> date:
    organization: Mapping[str, Any] = {}
    try:
        organization = await call.api.get_organization()
    except ApiError as error:
        if error.status != 403:
            raise
    return defaults.today(organization, call)

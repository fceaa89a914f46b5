"""What tools of documents read from their arguments: references and days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from counterfoil.errors import Invalid
from counterfoil.mcp import defaults
from counterfoil.mcp.schemas import UUID
from counterfoil.mcp.tool import ToolCall


async def resolve(call: ToolCall, kind: str, text: str) -> Mapping[str, Any]:
    api = call.api
    if re.fullmatch(UUID, text):
        return await getattr(api, f"get_{kind}")(text)
    if kind == "client":
        for name in ("email", "vat_number", "name"):
            page: Any = await api.list_clients(**{name: text})
            if page.items:
                break
    elif kind == "supplier_invoice":
        page = await api.list_supplier_invoices(more_filters={"invoice_number": text})
    else:
        page = await getattr(api, f"list_{kind}s")(number=text)
    if len(page.items) == 1:
        return page.items[0]
    raise Invalid("ambiguous" if page.items else "not_found", f"There is no one {kind} {text[:80]}.", field="id")


async def a_day(call: ToolCall, text: str, field: str) -> str:
    if text == "today":
        return defaults.today(await call.api.get_organization(), call).isoformat()
    if text.startswith("+"):
        from datetime import timedelta

        now = defaults.today(await call.api.get_organization(), call)
        return (now + timedelta(days=int(text[1:-1]))).isoformat()
    return text

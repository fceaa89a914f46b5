"""Every tool, in the order in which they are listed."""

from __future__ import annotations

from typing import Final

from counterfoil.mcp import (
    attachments,
    client_invoices,
    clients,
    compliance,
    credit_notes,
    organization,
    products,
    quotes,
    supplier_invoices,
)
from counterfoil.mcp.tool import Tool

TOOLS: Final[tuple[Tool, ...]] = (
    *client_invoices.TOOLS,
    *credit_notes.TOOLS,
    *quotes.TOOLS,
    *supplier_invoices.TOOLS,
    *products.TOOLS,
    *clients.TOOLS,
    *attachments.TOOLS,
    *organization.TOOLS,
    *compliance.TOOLS,
)

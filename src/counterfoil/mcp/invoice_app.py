"""The invoice as an MCP App: a page that hosts show in a frame of their own, beside what a tool answered.

It is one file without anything to load. What it shows it asks the host for; its acts are tool calls, so approvals,
scopes and errors are those of the assistant's own calls. Hosts without MCP Apps see the tools' text and data alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

URI: Final = "ui://counterfoil/invoice.html"
MIME_TYPE: Final = "text/html;profile=mcp-app"
EXTENSION: Final = "io.modelcontextprotocol/ui"
# Tools whose answer holds one client invoice, and which a host may show in the frame.
TOOL_META: Final[Mapping[str, Any]] = {"ui": {"resourceUri": URI}}
RESOURCE_META: Final[Mapping[str, Any]] = {"ui": {"prefersBorder": True}}


@cache
def html() -> str:
    """The whole page."""
    folder = files("counterfoil.mcp.app")
    # The style sheet of the public pages: what is shown is what the client will see.
    sheet = (files("counterfoil.web") / "static" / "page.css").read_text(encoding="utf-8")
    page = (folder / "invoice.html").read_text(encoding="utf-8")
    parts = {
        "/*STYLE*/": (folder / "invoice.css").read_text(encoding="utf-8"),
        # "</" would end the element that holds it.
        "/*SHEET*/": json.dumps(sheet).replace("</", "<\\/"),
        "/*SCRIPT*/": (folder / "invoice.js").read_text(encoding="utf-8"),
    }
    for place, text in parts.items():
        page = page.replace(place, text)
    return page

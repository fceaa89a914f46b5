"""What lists of documents have in common: paging arguments, the shape of a page, and filters that a server may lack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from counterfoil.errors import Invalid
from counterfoil.mcp.errors import in_tools
from counterfoil.mcp.results import NAME_BYTES_MAX, client_name
from counterfoil.mcp.schemas import PAGE, PER_PAGE, STRING, Schema, result, shown
from counterfoil.mcp.tool import ToolCall

PER_PAGE_DEFAULT: Final = 25
CLIENT: Final[Schema] = shown({"id": STRING, "name": STRING, "email": STRING})
MORE_LINES: Final[Schema] = {"type": "object", "description": "not all lines; go on with its lines_from"}
PAGES: Final[dict[str, Schema]] = {"page": PAGE, "per_page": PER_PAGE}


def list_result(name: str, row: Schema, more: Mapping[str, Schema] | None = None) -> Schema:
    """The output schema of a list of `row`s. more: what stands beside them."""
    properties: dict[str, Schema] = {
        name: {"type": "array", "items": row},
        "total_count": {"type": "integer"},
        "page": {"type": "integer"},
        "has_more": {"type": "boolean"},
        "next_page": {"type": "integer"},
        **(more or {}),
    }
    return result(properties, [name, "total_count", "has_more"])


def paging(given: dict[str, Any]) -> dict[str, Any]:
    """page and per_page, taken out of the arguments."""
    return {"page": given.pop("page", 1), "per_page": given.pop("per_page", PER_PAGE_DEFAULT)}


def refuse_own_filters(call: ToolCall, names: Iterable[str]) -> None:
    """Raises Invalid when a filter is given that the server behind would ignore without a word."""
    given = [name for name in names if name in call.arguments]
    if given and not call.has_extensions:
        raise Invalid(
            "unsupported_filter", f"This server does not filter by {given[0]}.", field=given[0],
            fix="Leave it out and look through the pages.",
        )  # fmt: skip


def actions(*found: tuple[str, dict[str, Any], str] | None) -> list[dict[str, Any]]:
    """next_actions: tool, its arguments, what it does; None is left out."""
    return [
        {"tool": each[0], "arguments": each[1], "description": each[2]} for each in found if each is not None
    ]  # fmt: skip


def beside(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The preview and warnings that came with a document."""
    found: dict[str, Any] = {}
    if sent.get("warnings"):
        found["warnings"] = [_warning(each) for each in sent["warnings"]]
    return found | ({"preview": sent["preview"]} if sent.get("preview") else {})


def _warning(sent: Mapping[str, Any]) -> dict[str, Any]:
    fix = (sent.get("meta") or {}).get("fix")
    return {"code": sent.get("code", ""), "message": sent.get("detail", "")} | ({"fix": in_tools(fix)} if fix else {})


def party_of(client: Mapping[str, Any]) -> dict[str, str]:
    """A document's client, as every write echoes it."""
    return {"id": client.get("id", ""), "name": client_name(client), "email": client.get("email") or ""}


def shortened(name: str) -> str:
    """A name for a row of a list."""
    data = name.encode()
    return name if len(data) <= NAME_BYTES_MAX else data[: NAME_BYTES_MAX - 3].decode(errors="ignore") + "…"

"""The tool that tells what the law says of a document, and which calls mend it."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Final

from counterfoil.domain import scopes
from counterfoil.mcp import client_invoices, clients
from counterfoil.mcp.errors import in_tools
from counterfoil.mcp.fields import ITEM
from counterfoil.mcp.listing import actions, party_of
from counterfoil.mcp.references import resolve
from counterfoil.mcp.schemas import NEXT_ACTIONS, STRING, choice, result, shown, text
from counterfoil.mcp.tool import READ, Tool, ToolCall

_KINDS: Final = ("client_invoice", "credit_note")
_TOOL_OF: Final[Mapping[str, str]] = {"client_invoice": "update_client_invoice", "client": "update_client"}
_TAKEN: Final[Mapping[str, frozenset[str]]] = {
    tool.name: frozenset(tool.properties) for tool in (*client_invoices.TOOLS, *clients.TOOLS)
}
# What update_client_invoice takes of a line; a patch of anything else no call can make.
_LINE_FIELDS: Final = frozenset(ITEM["properties"]) - {"vat_rate_percent", "product_id"}


async def explain_compliance(call: ToolCall) -> dict[str, Any]:
    kind = call.arguments.get("kind", "client_invoice")
    document = await resolve(call, kind, call.arguments["id"])
    document_id: str = document["id"]
    ask = call.api.get_credit_note_compliance if kind == "credit_note" else call.api.get_client_invoice_compliance
    told: Mapping[str, Any] = await ask(document_id)
    findings = [_finding(fault, severity) for severity in ("error", "warning") for fault in told[f"{severity}s"]]
    calls = await _calls(call, document, findings) if told["status"] != "issued" else []
    answer = {
        "document": {
            "kind": kind, "id": document_id, "number": document.get("number") or "",
            "status": document.get("status") or "issued", "client": party_of(document.get("client") or {}),
        },
        "status": told["status"], "is_ready": told["status"] == "ready", "findings": findings,
    }  # fmt: skip
    finalize = ("change_client_invoice_status", {"id": document_id, "finalize": True}, "Issues it. Cannot be undone.")
    return answer | {"next_actions": calls + actions(finalize if told["status"] == "ready" else None)}


def _finding(fault: Mapping[str, Any], severity: str) -> dict[str, Any]:
    meta: Mapping[str, Any] = fault.get("meta") or {}
    field = str((fault.get("source") or {}).get("pointer") or "").removeprefix("/data/attributes/")
    found = {
        "severity": severity, "rule": meta.get("rule"), "source": meta.get("source"), "code": fault["code"],
        "message": fault.get("detail"), "field": field, "fix": in_tools(str(meta.get("fix") or "")),
        "json_patch": meta.get("json_patch"), "json_patch_target": meta.get("json_patch_target"),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


async def _calls(
    call: ToolCall, document: Mapping[str, Any], findings: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """One call for each thing that patches mend; each finding says which call mends it, under fixed_by.

    All patches of a thing go into one call: a call for each would write over what the one before has mended.
    """
    made = []
    for target, tool in _TOOL_OF.items():
        mine = [each for each in findings if each.get("json_patch_target") == target]
        if not mine or tool not in _TAKEN:
            continue
        before: Mapping[str, Any] = document
        if target == "client":
            before = dict(await call.api.get_client(document["client"]["id"]))
        arguments = _mended(before, mine, tool)
        if arguments:
            made += actions((tool, {"id": before["id"], **arguments}, "Mends what is fixed_by this call."))
    return made


def _mended(before: Mapping[str, Any], findings: Sequence[dict[str, Any]], tool: str) -> dict[str, Any]:
    """The arguments that take over what the patches change; a patch that does not fit is left out."""
    after = copy.deepcopy(dict(before))
    for finding in findings:
        tried = copy.deepcopy(after)
        paths = [str(operation["path"]).split("/")[1:] for operation in finding["json_patch"]]
        is_taken = all(_is_taken(path, tool) for path in paths)
        if is_taken and all(_applied(tried, operation) for operation in finding["json_patch"]):
            after = tried
            finding["fixed_by"] = tool
    arguments: dict[str, Any] = {}
    for name in sorted(before.keys() | after.keys()):
        value = after.get(name)
        if value == before.get(name):
            continue
        if value in (None, "") and "clear" in _TAKEN[tool]:
            arguments.setdefault("clear", []).append(name)
        else:
            arguments[name] = [_line(item) for item in value] if name == "items" and value else value
    return arguments


def _is_taken(path: Sequence[str], tool: str) -> bool:
    """Whether the tool takes what a patch changes."""
    return path[0] in _TAKEN[tool] and (path[0] != "items" or (len(path) == 3 and path[2] in _LINE_FIELDS))


def _line(item: Mapping[str, Any]) -> dict[str, Any]:
    line = {name: item[name] for name in sorted(_LINE_FIELDS) if item.get(name)}
    line["unit_price"] = item["unit_price"]["value"]
    if "discount" in line:
        line["discount"] = {name: line["discount"][name] for name in ("type", "value")}
    return line


def _applied(document: Any, operation: Mapping[str, Any]) -> bool:
    """Carries out one operation of a JSON Patch (RFC 6902) on `document`; False when its place is not there."""
    *path, last = [part.replace("~1", "/").replace("~0", "~") for part in str(operation["path"]).split("/")[1:]]
    holder = document
    try:
        for part in path:
            holder = holder[int(part)] if isinstance(holder, list) else holder[part]
        place: Any = int(last) if isinstance(holder, list) else last
        if operation["op"] == "remove":
            del holder[place]
        elif operation["op"] == "add" and isinstance(holder, list):
            holder.insert(place, operation["value"])
        else:
            holder[place] = operation["value"]
    except (KeyError, IndexError, ValueError, TypeError):
        return False
    return True


_FINDING = shown(
    {
        "severity": {"type": "string", "enum": ["error", "warning"]},
        "rule": STRING, "source": {"type": "string", "description": "law or standard"}, "code": STRING,
        "message": {"type": "string", "description": "what it means"}, "field": STRING, "fix": STRING,
        "json_patch": {"type": "array", "description": "RFC 6902, of json_patch_target"},
        "fixed_by": {"type": "string", "description": "the one of next_actions that mends it"},
    },
    ["severity", "code"],
)  # fmt: skip

TOOLS = (
    Tool(
        "explain_compliance",
        "Explain compliance",
        "Tell whether an invoice meets the law, before finalizing or after: each finding with rule, source, meaning "
        "and fix. next_actions mend what needs no human fact.",
        READ,
        {
            "id": text("Document: id or number."),
            "kind": choice("client_invoice by default.", _KINDS),
        },
        result(
            {
                "document": shown({"kind": STRING, "id": STRING, "number": STRING, "status": STRING}, ["id"]),
                "status": {"type": "string", "enum": ["ready", "blocked", "issued"]},
                "is_ready": {"type": "boolean", "description": "finalize would issue it"},
                "findings": {"type": "array", "items": _FINDING},
                "next_actions": NEXT_ACTIONS,
            },
            ["document", "status", "is_ready", "findings", "next_actions"],
        ),
        explain_compliance,
        ("id",),
        scope=scopes.CLIENT_INVOICES_READ,
        needs_extensions=True,
    ),
)

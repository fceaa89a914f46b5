"""Failures as tool results: what is wrong, where, and which call mends it. One table from kinds to words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from counterfoil.errors import BillingError, Fault
from counterfoil.sdk.errors import ApiError, ApiFault, Unreachable

_ONE = r"(?:\{id\}|[0-9A-Fa-f-]{36})"
_INVOICE = f"/v2/client_invoices/{_ONE}"
_QUOTE = f"/v2/quotes/{_ONE}"
# Fixes of the API name its calls; the caller here has tools. What no tool does is said to be of the REST API.
_IN_TOOLS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(call), tool)
    for call, tool in (
        (f"(?:call )?POST {_INVOICE}/finalize", "call change_client_invoice_status with finalize: true"),
        (f"(?:call )?POST {_INVOICE}/mark_as_canceled", "call change_client_invoice_status with cancel: true"),
        (f"(?:call )?POST {_INVOICE}/mark_as_paid", "call mark_client_invoice_as_paid"),
        (f"(?:call )?POST {_INVOICE}/send", "call send_client_invoice"),
        (f"(?:call )?POST {_INVOICE}/unmark_as_paid", "take the mark off over the REST API (unmark_as_paid)"),
        (f"(?:call )?DELETE {_INVOICE}", "call delete_client_invoice"),
        (f"(?:call )?PATCH {_INVOICE}", "call update_client_invoice"),
        ("with null|send null", "name it in clear"),
        (f"with PATCH /v2/clients/{_ONE}", "with update_client"),
        (f"(?:call )?PATCH /v2/clients/({_ONE})", r"call update_client (id \1)"),
        (f"(?:call )?POST {_QUOTE}/convert", "call convert_quote_to_invoice"),
        (f"(?:call )?POST {_QUOTE}/send", "call send_quote"),
        (f"(?:call )?PATCH {_QUOTE}", "call update_quote"),
        ("(?:call )?POST /v2/quotes", "call create_quote"),
        ("GET /v2/quotes", "list_quotes"),
        ("POST /v2/attachment_uploads", "request_attachment_upload"),
        ("repeat the call with \\?again=true", "use the REST API (convert?again=true)"),
        (f"GET {_INVOICE}(?!/)", "get_client_invoice"),
        ("(?:call )?POST /v2/client_invoices(?!/)", "call create_client_invoice"),
        ("(?:call )?POST /v2/credit_notes", "call create_credit_note"),
        ("POST /v2/attachments", "request_attachment_upload"),
        ("GET /v2/products", "list_products"),
        ("GET /v2/bank_accounts", "get_organization"),
        ("GET /v2/client_invoices(?!/)", "list_client_invoices"),
        ("GET /v2/clients", "list_clients"),
        ("POST /v2/clients", "create_client"),
        (r"\b((?:GET|POST|PUT|PATCH|DELETE) /v2/[^\s,;.]*)", r"the REST API's \1"),
        ("^List client invoices first\\.$", "Call list_client_invoices to find the right id."),
        ("^List clients to find the right id\\.$", "Call list_clients to find the right id."),
    )
)
# When the server says nothing of how to mend it: by code, then by status.
_FIX_BY_CODE: Mapping[str, str] = {
    "invoice_not_in_draft_status": "Only drafts can be changed or deleted. Call get_client_invoice to see its state.",
    "invalid_client_id": "Call list_clients to find the right client_id.",
    "unexpected_answer": "Check the address of the server.",
    "unreachable": "Check that the server runs; then repeat the call with the same idempotency_key.",
}
_FIX_BY_STATUS: Mapping[int, str] = {
    401: "The server does not know the API key or token that this connection uses; it takes a new one to go on.",
    403: "Connect with a key or token that has the scope named in the message.",
    404: "Call the list tool to find the right id.",
    409: "Send another value: this one is taken.",
    412: "Call get_client_invoice to see the state it is in and the next_actions that are allowed.",
    422: "Correct the argument named and call again.",
    429: "Wait a few seconds and call again.",
}
_FIX_OTHERWISE = "Call again later; if it happens again, the server's log says why."


# What a fault says beside its words; the first three are for whoever mends the call.
_TOLD = ("value", "example", "candidates", "rename_to", "remove", "readings", "legal_rates_percent", "allowed")


_IN_TEXT = ("example", "rename_to", "remove", "candidates", "json_patch")


def as_result(error: Exception) -> dict[str, Any]:
    """{code, message, field?, value?, fix, example?, rule?, source?, candidates?, json_patch?, …, errors}.

    The first fault stands on top, all of them in errors. example: what to send for `field` instead of value, where
    that needs nobody's knowledge. rename_to, remove: where the argument's name is wrong.
    """
    found = [_shown(fault) for fault in faults_of(error)]
    return {**found[0], "errors": found}


def as_text(result: Mapping[str, Any]) -> str:
    """The same for a reader: a line a fault."""
    lines = []
    for fault in result["errors"]:
        place = f" ({fault['field']})" if "field" in fault else ""
        lines.append(f"{fault['code']}{place}: {fault['message']} {fault.get('fix', '')}".rstrip())
        # Some hosts give a model this text alone.
        lines += [f"  {name}: {_compact(fault[name])}" for name in _IN_TEXT if name in fault]
    return "\n".join(lines)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def faults_of(error: Exception) -> list[Fault]:
    """What went wrong; never what is inside the server."""
    if isinstance(error, ApiError):
        return [_from_api(fault, error) for fault in error.errors]
    if isinstance(error, BillingError):
        return list(error.faults)
    if isinstance(error, Unreachable):
        return [Fault("unreachable", f"{error}.", fix=_FIX_BY_CODE["unreachable"])]
    return [
        Fault("internal_error", "Something broke in the server; nothing is known to be written.", fix=_FIX_OTHERWISE)
    ]


def _from_api(fault: ApiFault, error: ApiError) -> Fault:
    fix = fault.fix or _FIX_BY_CODE.get(fault.code) or _FIX_BY_STATUS.get(error.status, _FIX_OTHERWISE)
    message = fault.detail or fault.code
    if error.status >= 500 and error.trace_id:
        message += f" (trace {error.trace_id})"
    patch = fault.meta.get("json_patch")
    told = {name: fault.meta[name] for name in _TOLD if name in fault.meta}
    return Fault(
        fault.code, message, field=fault.field, fix=in_tools(fix), rule=fault.meta.get("rule"),
        source=fault.meta.get("source"), patch=tuple(patch) if isinstance(patch, list) else (),
        patch_target=str(fault.meta.get("json_patch_target") or ""), meta=told,
    )  # fmt: skip


def preview_in_tools(preview: Mapping[str, Any]) -> dict[str, Any]:
    """A dry run's preview with what the law says of it as faults are shown here."""
    told = preview.get("compliance")
    if not isinstance(told, Mapping):
        return dict(preview)
    shown = {name: [_finding(each) for each in told.get(name) or ()] for name in ("errors", "warnings")}
    return {**preview, "compliance": {**told, **shown}}


def _finding(sent: Mapping[str, Any]) -> dict[str, Any]:
    meta: Mapping[str, Any] = sent.get("meta") or {}
    field = str((sent.get("source") or {}).get("pointer") or "").removeprefix("/data/attributes/")
    found = {"code": sent.get("code"), "message": sent.get("detail"), "field": field}
    found |= {"fix": in_tools(str(meta.get("fix") or "")), "rule": meta.get("rule"), "source": meta.get("source")}
    return {name: value for name, value in found.items() if value}


def in_tools(fix: str) -> str:
    """A fix of the API in the words of the tools, as a sentence."""
    for call, tool in _IN_TOOLS:
        fix = call.sub(tool, fix)
    return fix[:1].upper() + fix[1:]


def _shown(fault: Fault) -> dict[str, Any]:
    values = {
        "code": fault.code,
        "message": fault.message,
        "field": fault.field,
        "fix": fault.fix,
        "rule": fault.rule,
        "source": fault.source,
        "json_patch": [dict(operation) for operation in fault.patch],
        "json_patch_target": fault.patch_target,
    }
    told = {name: fault.meta[name] for name in _TOLD if fault.meta.get(name) is not None}
    return {name: value for name, value in values.items() if value} | told

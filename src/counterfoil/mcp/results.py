"""What tools answer: whole documents when one is asked for, else the few fields a reader acts on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from counterfoil.domain import money
from counterfoil.domain.lifecycle import allowed_actions
from counterfoil.mcp.errors import in_tools

_BRIEF = (
    "id", "number", "status", "issue_date", "due_date", "currency", "tax_exclusive_amount", "vat_amount",
    "total_amount", "amount_due", "paid_at", "attachment_id",
)  # fmt: skip
NAME_BYTES_MAX = 48  # keeps a row of a list under 300 bytes
# action -> tool, its arguments beside the id, and what it does
_NEXT: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "finalize": (
        "change_client_invoice_status", {"finalize": True},
        "Gives it its number and makes it unpaid. Cannot be undone.",
    ),
    "update": ("update_client_invoice", {}, "Changes the draft."),
    "delete": ("delete_client_invoice", {}, "Deletes the draft."),
    "send": ("send_client_invoice", {}, "Emails it with its PDF."),
    "mark_as_paid": ("mark_client_invoice_as_paid", {}, "Records the day it was paid."),
    "mark_as_canceled": (
        "change_client_invoice_status", {"cancel": True},
        "Cancels it; it keeps its number. Cannot be undone.",
    ),
}  # fmt: skip
_TITLES = {"fr": "Facture", "de": "Rechnung", "it": "Fattura", "es": "Factura"}
_IN_ORDER = ("finalize", "update", "delete", "send", "mark_as_paid", "mark_as_canceled")


def client_name(client: Mapping[str, Any]) -> str:
    """A company's name, or a person's first and last name."""
    return client.get("name") or f"{client.get('first_name') or ''} {client.get('last_name') or ''}".strip()


def invoice_result(invoice: Mapping[str, Any], *, is_whole: bool = False) -> dict[str, Any]:
    """One invoice with what may be done next. is_whole: the document as the API answers it."""
    document = {name: value for name, value in invoice.items() if name not in ("warnings", "preview")}
    answer: dict[str, Any] = {"client_invoice": slim(document) if is_whole else _brief(document)}
    answer["next_actions"] = next_actions(invoice)
    if invoice.get("warnings"):
        answer["warnings"] = [_warning(item) for item in invoice["warnings"]]
    if invoice.get("preview"):
        answer["preview"] = invoice["preview"]
    return answer


def slim(document: Any) -> Any:
    """A document without what says nothing more: empty fields, and amounts in cents beside the same in euros."""
    if isinstance(document, dict):
        return {
            name: slim(value) if isinstance(value, dict | list) else value
            for name, value in document.items()
            if (value or value is False or value == 0) and not name.endswith("_cents")
        }
    return [slim(value) for value in document] if isinstance(document, list) else document


def next_actions(invoice: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The calls that the invoice's state allows."""
    allowed = allowed_actions(invoice["status"])
    found = []
    for action in _IN_ORDER:
        if action not in allowed or (invoice["status"] == "paid" and action == "mark_as_paid"):
            continue
        tool, more, description = _NEXT[action]
        arguments = {"id": invoice["id"], **more}
        if action == "send":
            arguments |= _mail(invoice)
        found.append({"tool": tool, "arguments": arguments, "description": description})
    return found


def _mail(invoice: Mapping[str, Any]) -> dict[str, Any]:
    client = invoice.get("client") or {}
    to = {"send_to": [client["email"]]} if client.get("email") else {}
    return to | {"email_title": subject(invoice)}


def subject(invoice: Mapping[str, Any]) -> str:
    """What a mail of the invoice is called, in its client's language."""
    client = invoice.get("client") or {}
    word = _TITLES.get(str(client.get("locale") or "")[:2].lower(), "Invoice")
    return f"{word} {invoice.get('number') or ''}".strip()


def invoice_row(invoice: Mapping[str, Any]) -> dict[str, Any]:
    """An invoice in a list. total, due: decimal strings in currency."""
    total = invoice.get("total_amount") or {}
    due = invoice.get("amount_due") or total
    row = {
        "id": invoice["id"],
        "number": invoice.get("number"),
        "status": invoice["status"],
        "client_name": _shortened(client_name(invoice.get("client") or {})),
        "issue_date": invoice.get("issue_date"),
        "due_date": invoice.get("due_date"),
        "total": total.get("value"),
        "due": due.get("value") if invoice["status"] in ("draft", "unpaid") else "0.00",
        "currency": invoice.get("currency"),
    }
    return {name: value for name, value in row.items() if value is not None}


def client_row(client: Mapping[str, Any]) -> dict[str, Any]:
    """A client in a list."""
    address = client.get("billing_address") or {}
    row = {
        "id": client["id"],
        "kind": client.get("kind") or client.get("type"),
        "name": _shortened(client_name(client)),
        "email": client.get("email"),
        "vat_number": client.get("vat_number"),
        "country_code": address.get("country_code") or client.get("country_code"),
        "currency": client.get("currency"),
    }
    return {name: value for name, value in row.items() if value}


def paged(name: str, rows: list[dict[str, Any]], page: Any) -> dict[str, Any]:
    """A page of a list; total_count is of all pages."""
    answer = {name: rows, "total_count": page.total_count, "page": page.current_page, "has_more": page.has_more}
    return answer | ({"next_page": page.current_page + 1} if page.has_more else {})


def sums(rows: Sequence[Mapping[str, Any]], page: Any) -> dict[str, Any]:
    """totals of the page asked for, where it is in one currency; is_all: whether that is all that matches."""
    currencies = {row.get("currency") for row in rows}
    if len(currencies) != 1:
        return {}
    total, due = (sum((Decimal(row.get(name) or 0) for row in rows), Decimal(0)) for name in ("total", "due"))
    told = {"total": money.text(total), "due": money.text(due), "currency": currencies.pop()}
    return {"totals": told | {"is_all": len(rows) == page.total_count}}


def _brief(invoice: Mapping[str, Any]) -> dict[str, Any]:
    brief = {name: invoice[name] for name in _BRIEF if invoice.get(name)}
    client = invoice.get("client") or {}
    brief["client"] = {"id": client.get("id", ""), "name": client_name(client), "email": client.get("email") or ""}
    brief["item_count"] = len(invoice.get("items") or [])
    if invoice["status"] in ("unpaid", "paid") and invoice.get("invoice_url"):
        brief["invoice_url"] = invoice["invoice_url"]
    return brief


def _warning(sent: Mapping[str, Any]) -> dict[str, Any]:
    fix = (sent.get("meta") or {}).get("fix")
    return {"code": sent.get("code", ""), "message": sent.get("detail", "")} | ({"fix": in_tools(fix)} if fix else {})


def _shortened(name: str) -> str:
    data = name.encode()
    if len(data) <= NAME_BYTES_MAX:
        return name
    return data[: NAME_BYTES_MAX - 3].decode(errors="ignore") + "…"

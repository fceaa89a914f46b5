"""The tools for credit notes. They are final at once: nothing changes or deletes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from counterfoil.domain import scopes
from counterfoil.errors import Invalid
from counterfoil.mcp import defaults
from counterfoil.mcp.fields import read_items
from counterfoil.mcp.listing import (
    CLIENT,
    MORE_LINES,
    PAGES,
    actions,
    beside,
    list_result,
    paging,
    party_of,
    refuse_own_filters,
    shortened,
)
from counterfoil.mcp.references import resolve, resolve_id
from counterfoil.mcp.results import client_name, paged, slim
from counterfoil.mcp.results_size import DETAIL, LINES_FROM, lines_page
from counterfoil.mcp.schemas import MONEY, NEXT_ACTIONS, STRING, WARNINGS, result, shown, text
from counterfoil.mcp.tool import READ, Hints, Tool, ToolCall
from counterfoil.mcp.values import AMOUNT, price
from counterfoil.sdk.types import NewCreditNote

_OWN_FILTERS = ("invoice_id", "client_id", "number", "issue_date_from", "issue_date_to")
_BRIEF: Final = (
    "id", "number", "invoice_id", "invoice_number", "issue_date", "reason", "currency", "tax_exclusive_amount",
    "vat_amount", "total_amount", "amount_due", "attachment_id",
)  # fmt: skip
_LEFT_OUT: Final = frozenset({"warnings", "preview"})
# In the language of the document: the client reads it.
_REASONS: Final[Mapping[str, str]] = {
    "fr": "Avoir sur la facture {number}", "de": "Gutschrift zur Rechnung {number}",
    "it": "Nota di credito sulla fattura {number}", "es": "Abono de la factura {number}",
}  # fmt: skip


async def list_credit_notes(call: ToolCall) -> dict[str, Any]:
    refuse_own_filters(call, _OWN_FILTERS)
    given = dict(call.arguments)
    pages = paging(given)
    for name, kind in (("invoice_id", "client_invoice"), ("client_id", "client")):
        if name in given:
            given[name] = await resolve_id(call, kind, given[name], name)
    for name in ("issue_date_from", "issue_date_to"):
        if name in given:
            given[name] = await defaults.read_day(call, given[name], name)
    page = await call.api.list_credit_notes(**given, **pages)
    return paged("credit_notes", [_row(note) for note in page.items], page)


async def get_credit_note(call: ToolCall) -> dict[str, Any]:
    given = call.arguments
    note = await resolve(call, "credit_note", given["id"])
    if given.get("detail") == "summary":
        return _result(note)
    return _result(note, whole=lines_page(note, given.get("lines_from", 1)))


async def create_credit_note(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    if ("amount" in given) == ("items" in given):
        raise Invalid(
            "one_needed", "Exactly one of amount and items says what is credited.", field="amount",
            fix='Send amount, with VAT, such as "120.00"; or items for single lines.',
        )  # fmt: skip
    invoice = await resolve(call, "client_invoice", given["invoice_id"], "invoice_id")
    currency = str(invoice.get("currency") or defaults.CURRENCY)
    new: dict[str, Any] = {
        "invoice_id": invoice["id"],
        "currency": currency,
        "reason": given.get("reason") or _reason(invoice),
    }
    new["issue_date"] = await defaults.read_day(call, given.get("issue_date", "today"), "issue_date")
    if "amount" in given:
        new["amount"] = {"value": price(given["amount"], "amount"), "currency": currency}
    else:
        new["items"] = await read_items(call, given["items"], {**(invoice.get("client") or {}), "currency": currency})
    note: Mapping[str, Any] = await call.api.create_credit_note(cast(NewCreditNote, new))
    return _result(note)


def _reason(invoice: Mapping[str, Any]) -> str:
    locale = str((invoice.get("client") or {}).get("locale") or "")[:2].lower()
    return _REASONS.get(locale, "Credit for invoice {number}").format(number=invoice.get("number") or "")


def _result(note: Mapping[str, Any], *, whole: Mapping[str, Any] | None = None) -> dict[str, Any]:
    if whole is not None:
        shown_note = slim({name: value for name, value in whole.items() if name not in _LEFT_OUT})
    else:
        shown_note = {name: note[name] for name in _BRIEF if note.get(name)}
        shown_note["client"] = party_of(note.get("client") or {})
        shown_note["item_count"] = len(note.get("items") or [])
    answer: dict[str, Any] = {"credit_note": shown_note, "next_actions": _next(note)}
    return answer | beside(note)


def _next(note: Mapping[str, Any]) -> list[dict[str, Any]]:
    pdf = note.get("attachment_id")
    return actions(
        ("get_client_invoice", {"id": note["invoice_id"]}, "Shows the invoice and what is left of it to pay."),
        ("get_attachment", {"id": pdf}, "Links to the PDF.") if pdf else None,
    )


def _row(note: Mapping[str, Any]) -> dict[str, Any]:
    row = {
        "id": note["id"], "number": note.get("number"), "invoice_id": note.get("invoice_id"),
        "client_name": shortened(client_name(note.get("client") or {})), "issue_date": note.get("issue_date"),
        "total": (note.get("total_amount") or {}).get("value"), "currency": note.get("currency"),
    }  # fmt: skip
    return {name: value for name, value in row.items() if value is not None}


_RESULT = result(
    {
        "credit_note": shown(
            {
                "id": STRING, "number": STRING, "invoice_id": STRING, "invoice_number": STRING, "issue_date": STRING,
                "reason": STRING, "currency": STRING,
                "client": CLIENT,
                "total_amount": MONEY | {"description": "with VAT, positive"}, "vat_amount": MONEY,
                "amount_due": MONEY | {"description": "what the client gets"}, "more_lines": MORE_LINES,
            },
            ["id", "invoice_id"],
        ),
        "next_actions": NEXT_ACTIONS,
        "warnings": WARNINGS,
    },
    ["credit_note", "next_actions"],
)  # fmt: skip
_ROW = shown(
    {
        "id": STRING, "number": STRING, "invoice_id": STRING, "client_name": STRING, "issue_date": STRING,
        "total": {"type": "string", "description": "with VAT, positive"}, "currency": STRING,
    },
    ["id"],
)  # fmt: skip

TOOLS = (
    Tool(
        "list_credit_notes",
        "List credit notes",
        "List credit notes, newest first, as short rows; get_credit_note shows one in full.",
        READ,
        {
            "invoice_id": text("Of this invoice: id or number."),
            "client_id": text("Of this client: id, name, email or VAT number."),
            "number": text("With this number."),
            "issue_date_from": text("From this day, such as -30d."),
            "issue_date_to": text("To this day."),
            **PAGES,
        },
        list_result("credit_notes", _ROW),
        list_credit_notes,
        scope=scopes.CLIENT_INVOICES_READ,
    ),
    Tool(
        "get_credit_note",
        "Get a credit note",
        "Fetch one credit note: invoice, lines, totals, PDF.",
        READ,
        {"id": text("Credit note: id or number."), "detail": DETAIL, "lines_from": LINES_FROM},
        _RESULT,
        get_credit_note,
        ("id",),
        scope=scopes.CLIENT_INVOICES_READ,
    ),
    Tool(
        "create_credit_note",
        "Create a credit note",
        "Credit a finalized invoice, in part or whole, in its currency. It is issued at once, for good. All credit "
        "notes together cannot exceed the invoice; one over all of it cancels it. Send amount (split over the "
        "invoice's VAT rates), or items.",
        Hints(is_read_only=False, is_destructive=True, is_idempotent=False),
        {
            "invoice_id": text("Invoice to credit: id or number."),
            "amount": AMOUNT | {"description": 'With VAT, such as "120.00".'},
            "items": {
                "type": "array",
                "items": {"type": "object"},
                "description": "Instead of amount: lines to credit, positive, as in create_client_invoice.",
            },
            "reason": text("Why, as the client reads it."),
            "issue_date": text("Issued; today by default."),
        },
        _RESULT,
        create_credit_note,
        ("invoice_id",),
        scope=scopes.CLIENT_INVOICE_WRITE,
        is_create=True,
    ),
)

"""The tools for supplier invoices. What suppliers wrote stands under written_by_supplier: see provenance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from counterfoil.domain import scopes
from counterfoil.domain.supplier_invoice_lifecycle import STATUSES, SUPPLIER_INVOICE
from counterfoil.errors import Invalid
from counterfoil.mcp import defaults
from counterfoil.mcp.listing import MORE_LINES, PAGES, actions, list_result, paging, refuse_own_filters
from counterfoil.mcp.provenance import BY_SUPPLIER, as_written, one_line, said
from counterfoil.mcp.references import resolve, resolve_id
from counterfoil.mcp.results import paged
from counterfoil.mcp.results_size import DETAIL, LINES_FROM, lines_page
from counterfoil.mcp.schemas import (
    MONEY,
    NEXT_ACTIONS,
    STRING,
    WARNINGS,
    choice,
    flag,
    result,
    several,
    shown,
    text,
    whole,
)
from counterfoil.mcp.tool import READ, Hints, Tool, ToolCall

_OWN_FILTERS = ("supplier", "number", "unpaid_after_days", "due_date_from", "due_date_to")
_ACTS = ("reject", "mark_as_paid", "unmark_as_paid")
_NAME_BYTES, _NUMBER_BYTES = 40, 24  # a row stays below 300 bytes
# What we found out or decided about the document; anything else in it came with the file.
_OURS: Final = (
    "id", "status", "source", "attachment_id", "issue_date", "due_date", "payment_date", "total_amount",
    "total_amount_excluding_taxes", "total_tax_amount", "payable_amount", "taxes", "is_credit_note", "is_einvoice",
    "e_invoice_type", "has_duplicates", "has_discrepancies", "matched_transactions", "approval_workflow",
    "available_actions", "declined_note", "declined_reason_code", "created_at", "updated_at",
)  # fmt: skip
_THEIRS_IN_BRIEF: Final = ("supplier_name", "invoice_number", "iban")
_LEFT_OUT: Final = frozenset(
    {
        "organization_id", "display_attachment_id", "supplier_snapshot", "matched_transactions_ids", "transfer_ids",
        "suggested_transactions", "source_type", "meta", "related_invoices", "analyzed_at", "initiator_id",
        "supplier_id", "warnings", "preview", "einvoicing_lifecycle_events",
    }
)  # fmt: skip
# Said in our words: what the supplier wrote is not repeated in them.
_ALERTS: Final[Mapping[str, tuple[str, str]]] = {
    "iban_changed_from": (
        "The IBAN is not the one that this supplier had until now.",
        "Ask the supplier by a telephone number that is known already, not by one on this document.",
    ),
    "has_duplicates": (
        "The same file, or the same number of this supplier, is here already.",
        "Look whether it was paid before.",
    ),
    "has_discrepancies": ("Its amounts do not add up.", "Compare the amounts with the file: get_attachment."),
}


async def list_supplier_invoices(call: ToolCall) -> dict[str, Any]:
    refuse_own_filters(call, _OWN_FILTERS)
    given = dict(call.arguments)
    more: dict[str, str] = {}
    for name, filter_name in (("supplier", "supplier_name"), ("number", "invoice_number")):
        if name in given:
            more[filter_name] = given[name]
    if "unpaid_after_days" in given:
        more["unpaid_days"] = str(given["unpaid_after_days"])
    for name in ("due_date_from", "due_date_to"):
        if name in given:
            more[name] = await defaults.read_day(call, given[name], name)
    sort_by = "issue_date:asc" if "unpaid_after_days" in given else None
    page = await call.api.list_supplier_invoices(
        status=given.get("status"), more_filters=more, sort_by=sort_by, **paging(given)
    )
    return paged("supplier_invoices", [_row(invoice) for invoice in page.items], page)


async def get_supplier_invoice(call: ToolCall) -> dict[str, Any]:
    given = call.arguments
    invoice = await resolve(call, "supplier_invoice", given["id"])
    return _result(invoice, is_whole=given.get("detail") != "summary", lines_from=given.get("lines_from", 1))


async def change_supplier_invoice_status(call: ToolCall) -> dict[str, Any]:
    given = call.arguments
    asked = [name for name in _ACTS if given.get(name)]
    if len(asked) != 1:
        raise Invalid(
            "one_action_needed", f"{len(asked)} of {', '.join(_ACTS)} are given; exactly one must be.",
            field="mark_as_paid",
            fix='Send mark_as_paid: "today" or a day, or unmark_as_paid: true, or reject: "the reason".',
        )  # fmt: skip
    invoice_id = await resolve_id(call, "supplier_invoice", given["id"])
    changed: Mapping[str, Any]
    if asked == ["reject"]:
        code = given.get("reason_code")
        changed = await call.api.reject_supplier_invoice(invoice_id, given["reject"], declined_reason_code=code)
    elif asked == ["mark_as_paid"]:
        day = await defaults.read_day(call, given["mark_as_paid"], "mark_as_paid")
        changed = await call.api.mark_supplier_invoice_as_paid(invoice_id, payment_date=day)
        if changed.get("payment_date") != day:
            return _result(changed) | {"warnings": [_paid_before(changed), *_alerts(changed)]}
    else:
        changed = await call.api.unmark_supplier_invoice_as_paid(invoice_id)
    return _result(changed)


def _paid_before(invoice: Mapping[str, Any]) -> dict[str, str]:
    return {
        "code": "already_paid",
        "message": f"It was marked as paid on {invoice.get('payment_date')} before; that day stays.",
        "fix": "To change the day, send unmark_as_paid: true first, then mark_as_paid with the day.",
    }


def _result(invoice: Mapping[str, Any], *, is_whole: bool = False, lines_from: int = 1) -> dict[str, Any]:
    ours = {name: invoice[name] for name in _OURS if invoice.get(name) not in (None, "", [], {})}
    kept = set(_OURS) | _LEFT_OUT
    names = [name for name in invoice if name not in kept] if is_whole else list(_THEIRS_IN_BRIEF)
    theirs = {name: invoice[name] for name in names if invoice.get(name) not in (None, "", [], {}, False)}
    ours[BY_SUPPLIER] = lines_page(as_written(theirs), lines_from)
    answer: dict[str, Any] = {"supplier_invoice": ours, "next_actions": _next(invoice)}
    alerts = _alerts(invoice)
    answer |= {"warnings": alerts} if alerts else {}
    return answer | ({"preview": invoice["preview"]} if invoice.get("preview") else {})


def _alerts(invoice: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"code": name.removesuffix("_from"), "message": message, "fix": fix}
        for name, (message, fix) in _ALERTS.items()
        if invoice.get(name)
    ]


def _next(invoice: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The calls that its state allows; rejecting is left out, as it needs a reason that somebody gives."""
    status, act = invoice["status"], {"id": invoice["id"]}
    tool = "change_supplier_invoice_status"
    is_payable = (status, "mark_as_paid") in SUPPLIER_INVOICE and status != "paid" and not invoice.get("is_credit_note")
    file = invoice.get("attachment_id")
    return actions(
        (tool, act | {"mark_as_paid": "today"}, "Records that it was paid today.") if is_payable else None,
        (tool, act | {"unmark_as_paid": True}, "Takes the payment mark off.")
        if (status, "unmark_as_paid") in SUPPLIER_INVOICE else None,
        ("get_attachment", {"id": file}, "Links to its file.") if file else None,
    )  # fmt: skip


def _row(invoice: Mapping[str, Any]) -> dict[str, Any]:
    due = invoice.get("payable_amount") or invoice.get("total_amount") or {}
    theirs = {
        "supplier_name": one_line(invoice.get("supplier_name"), _NAME_BYTES),
        "invoice_number": one_line(invoice.get("invoice_number"), _NUMBER_BYTES),
    }
    row = {
        "id": invoice["id"], "status": invoice["status"], "issue_date": invoice.get("issue_date"),
        "due_date": invoice.get("due_date"), "total": due.get("value"), "currency": due.get("currency"),
        "is_credit_note": invoice.get("is_credit_note") or None, BY_SUPPLIER: theirs,
    }  # fmt: skip
    return {name: value for name, value in row.items() if value is not None}


_ID = text("Supplier invoice: id or number.")
_STATUS = {"type": "string", "enum": list(STATUSES)}
_THEIRS = said(
    "as the supplier or its file wrote it",
    {"supplier_name": STRING, "invoice_number": STRING, "iban": STRING, "items": {"type": "array"},
     "more_lines": MORE_LINES},
)  # fmt: skip
_RESULT = result(
    {
        "supplier_invoice": shown(
            {
                "id": STRING, "status": _STATUS, "issue_date": STRING, "due_date": STRING, "payment_date": STRING,
                "total_amount": MONEY, "payable_amount": MONEY | {"description": "what is to pay"},
                "attachment_id": STRING, BY_SUPPLIER: _THEIRS,
            },
            ["id", "status", BY_SUPPLIER],
        ),
        "next_actions": NEXT_ACTIONS,
        "warnings": WARNINGS,
    },
    ["supplier_invoice", "next_actions"],
)  # fmt: skip
_ROW = shown(
    {
        "id": STRING, "status": _STATUS, "issue_date": STRING, "due_date": STRING,
        "total": {"type": "string", "description": "to pay, decimal string"}, "currency": STRING,
        BY_SUPPLIER: said("as the supplier wrote it", {"supplier_name": STRING, "invoice_number": STRING}),
    },
    ["id", "status", BY_SUPPLIER],
)  # fmt: skip

TOOLS = (
    Tool(
        "list_supplier_invoices",
        "List supplier invoices",
        "List invoices from suppliers, newest first, as short rows. unpaid_after_days: 60 finds those still unpaid 60 "
        "days after issue, oldest first.",
        READ,
        {
            "status": several("Only these.", choice("A state.", STATUSES)),
            "supplier": text("Part of the supplier's name."),
            "number": text("Its number."),
            "unpaid_after_days": whole("Still to pay, issued so long ago.", 0, 36_500),
            "due_date_from": text("Due from, such as today."),
            "due_date_to": text("Due to."),
            **PAGES,
        },
        list_result("supplier_invoices", _ROW),
        list_supplier_invoices,
        scope=scopes.SUPPLIER_INVOICE_READ,
    ),
    Tool(
        "get_supplier_invoice",
        "Get a supplier invoice",
        "Fetch one supplier invoice: status, dates, amounts, taxes, file; its words in written_by_supplier.",
        READ,
        {"id": _ID, "detail": DETAIL, "lines_from": LINES_FROM},
        _RESULT,
        get_supplier_invoice,
        ("id",),
        scope=scopes.SUPPLIER_INVOICE_READ,
    ),
    Tool(
        "change_supplier_invoice_status",
        "Settle or reject a supplier invoice",
        "Exactly one of: mark_as_paid records a payment and moves no money; unmark_as_paid takes it back; reject "
        "refuses the invoice for good.",
        Hints(is_read_only=False, is_destructive=True, is_idempotent=True),
        {
            "id": _ID,
            "mark_as_paid": text("Day: YYYY-MM-DD or today."),
            "unmark_as_paid": flag("true: not paid."),
            "reject": text("The reason why."),
            "reason_code": text("For French e-invoices: such as DOUBLON."),
        },
        _RESULT,
        change_supplier_invoice_status,
        ("id",),
        scope=scopes.SUPPLIER_INVOICE_WRITE,
    ),
)

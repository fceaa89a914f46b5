"""/v2/supplier_invoices"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from starlette.responses import Response

from counterfoil import errors
from counterfoil.domain import day_ranges, scopes
from counterfoil.domain.money import cents
from counterfoil.domain.supplier_invoice import (
    SOURCES,
    UPLOAD_SOURCES,
    Payment,
    Rejection,
    SupplierInvoice,
    SupplierInvoiceChange,
)
from counterfoil.domain.supplier_invoice_lifecycle import STATUSES
from counterfoil.operations import supplier_invoices
from counterfoil.operations.work import Work
from counterfoil.rest import supplier_invoice_uploads as uploads
from counterfoil.rest.bodies import Query, meta
from counterfoil.rest.calls import Call, listed, wrapped
from counterfoil.rest.routing import PAGE_META, PAGING, WARNINGS, QueryTable, Route, sorting
from counterfoil.store.supplier_invoices import QUERY_FIELDS, SORTS, Bound, SupplierInvoiceFilter

_NAME = "supplier_invoice"
_PAYABLE = re.compile(r"(lte|gte):(-?[0-9]{1,12}(?:\.[0-9]{1,2})?):([A-Za-z]{3})")
_ID = re.compile("[0-9A-Fa-f-]{36}")
_DUE = ("past_and_today", "future", "missing_date")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,2})?")


def list_supplier_invoices(call: Call) -> Response:
    """List supplier invoices"""
    query = call.query
    page, per_page = query.page(25)
    sort, is_descending = query.sort(tuple(SORTS), "created_at:desc")

    def act(work: Work) -> str:
        total, rows = supplier_invoices.page(
            work, wanted(query, work.today), sort=sort, is_descending=is_descending, limit=per_page,
            skip=(page - 1) * per_page,
        )  # fmt: skip
        return listed("supplier_invoices", supplier_invoices.answers(work, rows), meta(page, per_page, total))

    return call.read(act)


def get_supplier_invoice(call: Call) -> Response:
    """Retrieve a supplier invoice"""

    def act(work: Work) -> str:
        row = supplier_invoices.get(work, call.params["id"])
        return wrapped(_NAME, supplier_invoices.answers(work, [row])[0])

    return call.read(act)


def create_supplier_invoices(call: Call) -> Response:
    """Upload supplier invoices; what fails is told in errors, beside what went in"""
    batch = uploads.read_batch(call.body, call.content_type)
    uploads.keep_files(call, batch)
    return call.write(lambda work: uploads.create_all(work, batch), asked=uploads.fingerprint(batch))


def update_supplier_invoice(call: Call) -> Response:
    """Write down what is known of a supplier invoice (ours)"""
    change = call.parse(SupplierInvoiceChange, _NAME)

    def act(work: Work) -> str:
        outcome = supplier_invoices.update(work, call.params["id"], change)
        return wrapped(_NAME, outcome.text, outcome.warnings)

    return call.write(act)


def reject_supplier_invoice(call: Call) -> Response:
    """Reject a supplier invoice"""
    sent = call.parse_optional(Rejection, _NAME)
    return call.write(lambda work: supplier_invoices.reject(work, call.params["id"], sent))


def mark_supplier_invoice_as_paid(call: Call) -> Response:
    """Mark a supplier invoice as paid"""
    sent = call.parse_optional(Payment, _NAME)
    return call.write(lambda work: supplier_invoices.mark_as_paid(work, call.params["id"], sent))


def unmark_supplier_invoice_as_paid(call: Call) -> Response:
    """Unmark a supplier invoice as paid"""
    return call.write(lambda work: supplier_invoices.unmark_as_paid(work, call.params["id"]))


def wanted(query: Query, today: date) -> SupplierInvoiceFilter:
    """What the list is asked for. today: the organization's. Raises Malformed."""
    due = query.one_of("filter[due_date]", _DUE, _DUE[0]) if query.text("filter[due_date]") else None
    overdue = query.number("filter[overdue_days]", -1, least=0, most=36_500)
    unpaid = query.number("filter[unpaid_days]", -1, least=0, most=36_500)
    issued = _days(query, "issue_date", today)
    paid = _days(query, "payment_date", today)
    text = query.text("query")
    ids = query.any_of("filter[attachment_id]", "filter[attachment_ids]")
    return SupplierInvoiceFilter(
        statuses=query.several("filter[status]", STATUSES),
        attachment_ids=None if ids is None else tuple(each.lower() for each in ids if _ID.fullmatch(each)),
        sources=query.several("filter[source]", SOURCES),
        approver_ids=query.any_of("filter[approver_id]", "filter[approver_ids]"),
        document_types=query.several("filter[document_type]", ("duplicates", "non_financial_documents")),
        **{f"{name}_at_{end}": query.moment(f"filter[{name}_at_{end}]")
           for name in ("created", "updated") for end in ("from", "to")},
        issue_date_from=_later(issued[0], query.day("filter[issue_date_from]")),
        issue_date_to=_earlier(issued[1], query.day("filter[issue_date_to]")),
        payment_date_from=paid[0],
        payment_date_to=paid[1],
        due_date_from=_later(_after(today) if due == "future" else None, query.day("filter[due_date_from]")),
        due_date_to=_earlier(today.isoformat() if due == "past_and_today" else None,
                             query.day("filter[due_date_to]")),
        is_due_date_missing=True if due == "missing_date" else None,
        has_missing_data=_optional_flag(query, "filter[missing_data]"),
        is_matched=_optional_flag(query, "filter[matched_transactions]"),
        is_credit_note=False if query.flag("filter[exclude_credit_notes]", False) else None,
        payable=_payable(query),
        number=query.text("filter[invoice_number]"),
        supplier_name=query.text("filter[supplier_name]"),
        unpaid_until=(today - timedelta(days=overdue)).isoformat() if overdue >= 0 else None,
        unpaid_issued_until=(today - timedelta(days=unpaid)).isoformat() if unpaid >= 0 else None,
        query=text,
        query_amount_cents=_amount(text),
        query_fields=query.several("query_fields", QUERY_FIELDS) or QUERY_FIELDS,
    )  # fmt: skip


def _days(query: Query, name: str, today: date) -> tuple[str | None, str | None]:
    """A named span, or (ours) one day."""
    sent = query.text(f"filter[{name}]")
    if sent is None:
        return None, None
    if sent[:1].isdigit():
        day = query.day(f"filter[{name}]")
        return day, day
    first, last = day_ranges.span(query.one_of(f"filter[{name}]", day_ranges.NAMES, sent), today)
    return first.isoformat(), last.isoformat()


def _optional_flag(query: Query, name: str) -> bool | None:
    return query.flag(name, False) if query.text(name) else None


def _payable(query: Query) -> tuple[Bound, ...] | None:
    bounds = []
    for sent in query.any_of("filter[payable_amount]") or ():
        found = _PAYABLE.fullmatch(sent)
        if not found:
            raise errors.Malformed(
                "bad_request", f"filter[payable_amount] cannot be read: {sent[:80]!r}.",
                parameter="filter[payable_amount]", fix="Send one such as lte:100.00:EUR or gte:100.00:EUR.",
            )  # fmt: skip
        bounds.append(Bound(found[1] == "lte", cents(Decimal(found[2])), found[3].upper()))
    return tuple(bounds) or None


def _amount(text: str | None) -> int | None:
    """The amount that somebody searches for, in cents; None when it is no amount."""
    return cents(Decimal(text.replace(",", "."))) if text and _AMOUNT.fullmatch(text) else None


def _later(one: str | None, other: str | None) -> str | None:
    return max(filter(None, (one, other)), default=None)


def _earlier(one: str | None, other: str | None) -> str | None:
    return min(filter(None, (one, other)), default=None)


def _after(day: date) -> str:
    return (day + timedelta(days=1)).isoformat()


_READ, _WRITE = scopes.SUPPLIER_INVOICE_READ, scopes.SUPPLIER_INVOICE_WRITE
_BASE, _ONE = "/v2/supplier_invoices", "/v2/supplier_invoices/{id}"
_LIST = {"supplier_invoices": [SupplierInvoice], "meta": PAGE_META}
_ERROR = {"type": "object", "required": ["code", "detail", "source"], "properties": {
    "code": {"type": "string"}, "detail": {"type": "string"}, "status": {"type": "string"},
    "message": {"type": "string", "description": "the same as detail"},
    "source": {"type": "object", "properties": {name: {"type": "string"} for name in ("pointer", "parameter")}},
    "meta": {"type": "object"},
}}  # fmt: skip
_BULK = {"supplier_invoices": [SupplierInvoice], "errors": [_ERROR]}
_TIME = {"type": "string", "format": "date-time"}
_DATE = {"type": "string", "format": "date"}
_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_NAMED = ({"type": "string"}, f"{', '.join(day_ranges.NAMES)}; or a day (ours)")
_FILTERS: QueryTable = {
    "filter[status]": (_TEXT, f"{', '.join(STATUSES)}; several with commas, or repeated"),
    "filter[due_date]": ({"type": "string", "enum": list(_DUE)}, ""),
    **{f"filter[due_date_{end}]": (_DATE, "inclusive (ours)") for end in ("from", "to")},
    "filter[overdue_days]": (
        {"type": "integer", "minimum": 0, "maximum": 36_500},
        "still to be paid, and due so many days ago or more; without a due date the day of issue counts, without both "
        "the day it came in (ours)",
    ),
    "filter[unpaid_days]": (
        {"type": "integer", "minimum": 0, "maximum": 36_500},
        "still to be paid, and issued so many days ago or more; else the day it came in counts (ours)",
    ),
    "filter[attachment_id]": (_TEXT, "several with commas, or repeated"),
    **{f"filter[{name}_at_{end}]": (_TIME, "inclusive") for name in ("created", "updated") for end in ("from", "to")},
    "filter[payment_date]": _NAMED,
    "filter[issue_date]": _NAMED,
    "filter[issue_date_from]": (_DATE, "inclusive"),
    "filter[issue_date_to]": (_DATE, "inclusive (ours)"),
    "filter[missing_data]": (_FLAG, "no supplier, number, day of issue or amount"),
    "filter[matched_transactions]": (_FLAG, "true finds none: there is no bank feed"),
    "filter[document_type]": (_TEXT, "duplicates, non_financial_documents; several with commas, or repeated"),
    "filter[approver_id]": (_TEXT, "finds none: nobody has to approve"),
    "filter[exclude_credit_notes]": (_FLAG, ""),
    "filter[payable_amount]": (_TEXT, "lte:100.00:EUR or gte:100.00:EUR; repeated for both"),
    "filter[source]": (_TEXT, f"{', '.join(SOURCES)}; several with commas, or repeated"),
    "filter[invoice_number]": (_TEXT, "its letters and digits, any case (ours)"),
    "filter[supplier_name]": (_TEXT, "part of it, any case, without accents (ours)"),
    "query": (_TEXT, "part of a text, any case, without accents; or an amount such as 120.00"),
    "query_fields": (_TEXT, f"where query looks: {', '.join(QUERY_FIELDS)}; all without it"),
    **PAGING,
    "per_page": ({"type": "integer", "minimum": 1, "maximum": 100, "default": 25}, ""),
    **sorting(SORTS, "created_at:desc"),
}
_FORM = {
    "type": "object",
    "properties": {
        "supplier_invoices[][file]": {
            "type": "array", "maxItems": uploads.MOST, "items": {"type": "string", "format": "binary"},
        },
        "supplier_invoices[][attachment_id]": {"type": "array", "items": {"type": "string", "format": "uuid"}},
        "supplier_invoices[][idempotency_key]": {"type": "array", "items": {"type": "string"}},
        "source": {"type": "string", "enum": list(UPLOAD_SOURCES), "default": "integration"},
        "meta": {"type": "string", "description": "JSON: integration_type, connector"},
        "skip_attachment_matcher": {"type": "boolean", "description": "there is nothing to match with: ignored"},
    },
}  # fmt: skip

ROUTES = (
    Route("GET", _BASE, _READ, list_supplier_invoices, gives=_LIST, query=_FILTERS),
    # Before /{id}: "bulk" is no id.
    Route("POST", f"{_BASE}/bulk", _WRITE, create_supplier_invoices, takes=_FORM, gives=_BULK,
          max_bytes=uploads.BODY_BYTES),
    Route("GET", _ONE, _READ, get_supplier_invoice, gives={_NAME: SupplierInvoice}),
    Route("PATCH", _ONE, _WRITE, update_supplier_invoice, takes=SupplierInvoiceChange, wrapper=_NAME,
          gives={_NAME: SupplierInvoice, "warnings": WARNINGS}),
    Route("POST", f"{_ONE}/reject", _WRITE, reject_supplier_invoice, takes=Rejection, wrapper=_NAME,
          is_body_optional=True, gives=SupplierInvoice),
    Route("POST", f"{_ONE}/mark_as_paid", _WRITE, mark_supplier_invoice_as_paid, takes=Payment, wrapper=_NAME,
          is_body_optional=True, gives=SupplierInvoice),
    Route("POST", f"{_ONE}/unmark_as_paid", _WRITE, unmark_supplier_invoice_as_paid, gives=SupplierInvoice),
)  # fmt: skip

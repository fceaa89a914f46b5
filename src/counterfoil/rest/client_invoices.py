"""/v2/client_invoices"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from counterfoil import errors
from counterfoil.domain import scopes
from counterfoil.domain.client_invoice import ClientInvoice, ClientInvoiceChange, Day, NewClientInvoice
from counterfoil.operations import client_invoices, mailing
from counterfoil.operations.kinds import CLIENT_INVOICE
from counterfoil.operations.work import Work
from counterfoil.rest.bodies import Query, meta
from counterfoil.rest.calls import Call, listed, wrapped
from counterfoil.rest.changes import Patched, parse_change
from counterfoil.rest.lines import parse_lines
from counterfoil.rest.routing import CREATION, PAGE_META, PAGING, WARNINGS, QueryTable, Route
from counterfoil.store.client_invoices import InvoiceFilter
from counterfoil.store.rows import InvoiceRow

STATUSES = ("draft", "unpaid", "paid", "canceled")
_NAME = "client_invoice"


class MarkAsPaid(BaseModel):
    """When it was paid: a day, not in the future; today when left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    paid_at: Day | None = None


def list_client_invoices(call: Call) -> Response:
    """List client invoices"""
    wanted = _wanted(call.query)
    page, per_page = call.query.page()
    _, is_descending = call.query.sort(("created_at",), "created_at:desc")

    def act(work: Work) -> str:
        skip = (page - 1) * per_page
        total, rows = client_invoices.page(work, wanted, is_descending=is_descending, limit=per_page, skip=skip)
        proforma = client_invoices.proforma_numbers(work, rows)
        return listed("client_invoices", [_text(call, row, proforma) for row in rows], meta(page, per_page, total))

    return call.read(act)


def get_client_invoice(call: Call) -> Response:
    """Retrieve a client invoice"""
    return call.read(lambda work: _one(call, work, client_invoices.get(work, call.params["id"])))


def create_client_invoice(call: Call) -> Response:
    """Create a client invoice"""
    new = parse_lines(call, NewClientInvoice, _NAME)
    return call.write(lambda work: _outcome(call, work, mailing.create_and_send(work, new(work))))


def update_client_invoice(call: Call) -> Response:
    """Update a draft client invoice"""
    change = parse_change(call, ClientInvoiceChange, _NAME, _PATCHED, _refuse_fixed, has_lines=True)
    return call.write(lambda work: _outcome(call, work, client_invoices.update(work, call.params["id"], change(work))))


def delete_client_invoice(call: Call) -> Response:
    """Delete a draft client invoice"""

    def act(work: Work) -> str:
        client_invoices.delete(work, call.params["id"])
        return ""

    return call.write(act, status=204)


def finalize_client_invoice(call: Call) -> Response:
    """Finalize a draft client invoice"""
    return call.write(lambda work: _outcome(call, work, client_invoices.finalize(work, call.params["id"])))


def mark_client_invoice_as_canceled(call: Call) -> Response:
    """Mark a client invoice as canceled"""
    return call.write(lambda work: _outcome(call, work, client_invoices.mark_as_canceled(work, call.params["id"])))


def mark_client_invoice_as_paid(call: Call) -> Response:
    """Mark a client invoice as paid"""
    sent = call.parse_optional(MarkAsPaid, _NAME)
    return call.write(
        lambda work: _outcome(call, work, client_invoices.mark_as_paid(work, call.params["id"], sent.paid_at))
    )


def unmark_client_invoice_as_paid(call: Call) -> Response:
    """Unmark a client invoice as paid"""
    return call.write(lambda work: _outcome(call, work, client_invoices.unmark_as_paid(work, call.params["id"])))


def send_client_invoice(call: Call) -> Response:
    """Send a client invoice by email"""
    request = call.parse(mailing.SendRequest)

    def act(work: Work) -> str:
        mailing.send(work, CLIENT_INVOICE, call.params["id"], request)
        return ""

    return call.write(act, status=204)


def list_client_invoice_emails(call: Call) -> Response:
    """List the emails of a client invoice (ours)"""
    return call.read(
        lambda work: json.dumps(
            {"emails": mailing.of_document(work, CLIENT_INVOICE, call.params["id"])}, ensure_ascii=False
        )
    )


def _wanted(query: Query) -> InvoiceFilter:
    return InvoiceFilter(
        statuses=query.several("filter[status]", STATUSES),
        include_imported=not query.flag("exclude_imported", True),
        created_at_from=query.moment("filter[created_at_from]"),
        created_at_to=query.moment("filter[created_at_to]"),
        updated_at_from=query.moment("filter[updated_at_from]"),
        updated_at_to=query.moment("filter[updated_at_to]"),
        due_date=query.day("filter[due_date]"),
        due_date_from=query.day("filter[due_date_from]"),
        due_date_to=query.day("filter[due_date_to]"),
        issue_date_from=query.day("filter[issue_date_from]"),
        issue_date_to=query.day("filter[issue_date_to]"),
        number=query.text("filter[number]"),
        client_id=(query.text("filter[client_id]") or "").lower() or None,
    )


def _text(call: Call, row: InvoiceRow, proforma: dict[str, str]) -> str:
    url = CLIENT_INVOICE.page_url(call.settings.base_url, row)
    return client_invoices.answer(row, invoice_url=url, proforma=proforma.get(row.id))


def _one(call: Call, work: Work, row: InvoiceRow) -> str:
    return wrapped(_NAME, _text(call, row, client_invoices.proforma_numbers(work, [row])))


def _current(call: Call, work: Work) -> dict[str, Any]:
    """The invoice as GET answers it."""
    shown: dict[str, Any] = json.loads(_one(call, work, client_invoices.get(work, call.params["id"])))
    return dict(shown[_NAME])


def _outcome(call: Call, work: Work, outcome: client_invoices.Outcome) -> str:
    row = outcome.row
    return wrapped(_NAME, _text(call, row, client_invoices.proforma_numbers(work, [row])), outcome.warnings)


def _refuse_fixed(data: dict[str, object]) -> None:
    if "status" in data:
        raise errors.Invalid(
            "read_only", "status cannot be patched.", field="status",
            fix="Call POST …/finalize, …/mark_as_canceled, …/mark_as_paid or …/unmark_as_paid.",
        )  # fmt: skip
    if "currency" in data:
        raise errors.Invalid(
            "read_only", "currency cannot be patched: invoices are in EUR.", field="currency",
            fix="Leave it out; for another client or currency delete the draft and create a new one.",
        )  # fmt: skip


_PATCHED = Patched(
    _current,
    frozenset(ClientInvoiceChange.model_fields),
    merged=("settings",),
    # GET answers a list of one; a change names the account.
    sent_as={"payment_methods": lambda methods: methods[0] if isinstance(methods, list) and methods else None},
)
_READ, _WRITE = scopes.CLIENT_INVOICES_READ, scopes.CLIENT_INVOICE_WRITE
_BASE, _ONE = "/v2/client_invoices", "/v2/client_invoices/{id}"
_GIVES = {_NAME: ClientInvoice}
_LIST = {"client_invoices": [ClientInvoice], "meta": PAGE_META}
_WRITES = {_NAME: ClientInvoice, "warnings": WARNINGS}
_TIME = {"type": "string", "format": "date-time"}
_DATE = {"type": "string", "format": "date"}
_FILTERS: QueryTable = {
    "filter[status]": ({"type": "string"}, "draft, unpaid, paid, canceled; several with commas, or repeated"),
    **{f"filter[{name}_at_{end}]": (_TIME, "inclusive") for name in ("created", "updated") for end in ("from", "to")},
    "filter[due_date]": (_DATE, ""),
    **{f"filter[due_date_{end}]": (_DATE, "inclusive (ours)") for end in ("from", "to")},
    **{f"filter[issue_date_{end}]": (_DATE, "inclusive (ours)") for end in ("from", "to")},
    "filter[number]": ({"type": "string"}, "exact (ours)"),
    "filter[client_id]": ({"type": "string", "format": "uuid"}, "(ours)"),
    "exclude_imported": ({"type": "boolean", "default": True}, ""),
    **PAGING,
    **CREATION,
}  # fmt: skip

ROUTES = (
    Route("GET", _BASE, _READ, list_client_invoices, gives=_LIST, query=_FILTERS),
    Route("POST", _BASE, _WRITE, create_client_invoice, takes=NewClientInvoice, wrapper=_NAME, gives=_WRITES),
    Route("GET", _ONE, _READ, get_client_invoice, gives=_GIVES),
    Route(
        "PATCH", _ONE, _WRITE, update_client_invoice, takes=ClientInvoiceChange, wrapper=_NAME, gives=_WRITES,
        takes_json_patch=True,
    ),
    Route("DELETE", _ONE, _WRITE, delete_client_invoice, status=204),
    Route("POST", f"{_ONE}/finalize", _WRITE, finalize_client_invoice, gives=_WRITES),
    Route("POST", f"{_ONE}/mark_as_canceled", _WRITE, mark_client_invoice_as_canceled, gives=_WRITES),
    Route(
        "POST", f"{_ONE}/mark_as_paid", _WRITE, mark_client_invoice_as_paid, takes=MarkAsPaid, is_body_optional=True,
        gives=_WRITES,
    ),
    Route("POST", f"{_ONE}/unmark_as_paid", _WRITE, unmark_client_invoice_as_paid, gives=_WRITES),
    Route("POST", f"{_ONE}/send", _WRITE, send_client_invoice, takes=mailing.SendRequest, status=204),
    Route("GET", f"{_ONE}/emails", _READ, list_client_invoice_emails, gives={"emails": [mailing.SentEmail]}),
)  # fmt: skip

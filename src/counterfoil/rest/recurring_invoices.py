"""/v2/recurring_invoices"""

from __future__ import annotations

from starlette.responses import Response

from counterfoil.domain import scopes
from counterfoil.domain.recurring_invoice import STATUSES, NewRecurringInvoice, RecurringInvoice
from counterfoil.operations import recurring_invoices
from counterfoil.operations.work import Work
from counterfoil.rest.bodies import Query, meta
from counterfoil.rest.calls import Call, bare_and_wrapped, listed
from counterfoil.rest.lines import parse_lines
from counterfoil.rest.routing import CREATION, PAGE_META, PAGING, QueryTable, Route
from counterfoil.store.recurring_invoices import RecurringFilter
from counterfoil.store.rows import RecurringRow

_NAME = "recurring_invoice"


def list_recurring_invoices(call: Call) -> Response:
    """List recurring invoices"""
    wanted = _wanted(call.query)
    page, per_page = call.query.page()
    _, is_descending = call.query.sort(("created_at",), "created_at:desc")

    def act(work: Work) -> str:
        skip = (page - 1) * per_page
        total, rows = recurring_invoices.page(work, wanted, is_descending=is_descending, limit=per_page, skip=skip)
        bodies = [recurring_invoices.answer(row) for row in rows]
        return listed("recurring_invoices", bodies, meta(page, per_page, total))

    return call.read(act)


def get_recurring_invoice(call: Call) -> Response:
    """Retrieve a recurring invoice"""
    return call.read(lambda work: _text(recurring_invoices.get(work, call.params["id"])))


def create_recurring_invoice(call: Call) -> Response:
    """Create a recurring invoice"""
    new = parse_lines(call, NewRecurringInvoice, _NAME)
    return call.write(lambda work: _text(recurring_invoices.create(work, new(work))), status=201)


def suspend_recurring_invoice(call: Call) -> Response:
    """Suspend a recurring invoice (ours)"""
    return call.write(lambda work: _text(recurring_invoices.suspend(work, call.params["id"])))


def reactivate_recurring_invoice(call: Call) -> Response:
    """Reactivate a suspended recurring invoice"""
    return call.write(lambda work: _text(recurring_invoices.reactivate(work, call.params["id"])))


def cancel_recurring_invoice(call: Call) -> Response:
    """Cancel a recurring invoice (ours)"""
    return call.write(lambda work: _text(recurring_invoices.cancel(work, call.params["id"])))


def _wanted(query: Query) -> RecurringFilter:
    return RecurringFilter(
        statuses=query.several("filter[status]", STATUSES),
        client_id=(query.text("filter[client_id]") or "").lower() or None,
    )


def _text(row: RecurringRow) -> str:
    return bare_and_wrapped(_NAME, recurring_invoices.answer(row))


_READ, _WRITE = scopes.CLIENT_INVOICES_READ, scopes.CLIENT_INVOICE_WRITE
_BASE, _ONE = "/v2/recurring_invoices", "/v2/recurring_invoices/{id}"
_GIVES = {_NAME: RecurringInvoice}
_LIST = {"recurring_invoices": [RecurringInvoice], "meta": PAGE_META}
_QUERY: QueryTable = {
    "filter[status]": ({"type": "string"}, f"{', '.join(STATUSES)}; several with commas, or repeated"),
    "filter[client_id]": ({"type": "string", "format": "uuid"}, "(ours)"),
    **PAGING,
    **CREATION,
}

ROUTES = (
    Route("GET", _BASE, _READ, list_recurring_invoices, gives=_LIST, query=_QUERY),
    Route(
        "POST", _BASE, _WRITE, create_recurring_invoice, takes=NewRecurringInvoice, wrapper=_NAME, gives=_GIVES,
        spread=RecurringInvoice, status=201,
    ),
    Route("GET", _ONE, _READ, get_recurring_invoice, gives=_GIVES, spread=RecurringInvoice),
    Route("POST", f"{_ONE}/suspend", _WRITE, suspend_recurring_invoice, gives=_GIVES, spread=RecurringInvoice),
    Route("POST", f"{_ONE}/reactivate", _WRITE, reactivate_recurring_invoice, gives=_GIVES, spread=RecurringInvoice),
    Route("POST", f"{_ONE}/cancel", _WRITE, cancel_recurring_invoice, gives=_GIVES, spread=RecurringInvoice),
)  # fmt: skip

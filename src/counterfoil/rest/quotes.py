"""/v2/quotes"""

from __future__ import annotations

import json
from collections.abc import Sequence

from starlette.responses import Response

from counterfoil import errors
from counterfoil.domain import scopes
from counterfoil.domain.client_invoice import ClientInvoice
from counterfoil.domain.quote import NewQuote, Quote, QuoteChange
from counterfoil.errors import Fault
from counterfoil.operations import client_invoices, mailing, quotes
from counterfoil.operations.kinds import CLIENT_INVOICE, QUOTE
from counterfoil.operations.work import Work
from counterfoil.rest.bodies import Query, meta
from counterfoil.rest.calls import Call, listed, wrapped
from counterfoil.rest.lines import parse_lines
from counterfoil.rest.routing import CREATION, PAGE_META, PAGING, WARNINGS, QueryTable, Route
from counterfoil.store.quotes import QuoteFilter
from counterfoil.store.rows import QuoteRow

STATUSES = ("pending_approval", "approved", "canceled")
_NAME = "quote"


def list_quotes(call: Call) -> Response:
    """List quotes"""
    wanted = _wanted(call.query)
    page, per_page = call.query.page()
    _, is_descending = call.query.sort(("created_at",), "created_at:desc")

    def act(work: Work) -> str:
        skip = (page - 1) * per_page
        total, rows = quotes.page(work, wanted, is_descending=is_descending, limit=per_page, skip=skip)
        return listed("quotes", [_text(call, row) for row in rows], meta(page, per_page, total))

    return call.read(act)


def get_quote(call: Call) -> Response:
    """Retrieve a quote"""
    return call.read(lambda work: _both(_text(call, quotes.get(work, call.params["id"]))))


def create_quote(call: Call) -> Response:
    """Create a quote"""
    new = parse_lines(call, NewQuote, _NAME)
    return call.write(lambda work: _outcome(call, quotes.create(work, new(work))), status=201)


def update_quote(call: Call) -> Response:
    """Update a quote"""
    _refuse_fixed(call.object(_NAME))
    change = parse_lines(call, QuoteChange, _NAME)
    return call.write(lambda work: _outcome(call, quotes.update(work, call.params["id"], change(work))))


def delete_quote(call: Call) -> Response:
    """Delete a quote"""

    def act(work: Work) -> str:
        quotes.delete(work, call.params["id"])
        return ""

    return call.write(act, status=204)


def send_quote(call: Call) -> Response:
    """Send a quote by email"""
    request = call.parse(mailing.SendRequest)

    def act(work: Work) -> str:
        mailing.send(work, QUOTE, call.params["id"], request)
        return ""

    return call.write(act, status=204)


def list_quote_emails(call: Call) -> Response:
    """List the emails of a quote (ours)"""
    return call.read(
        lambda work: json.dumps({"emails": mailing.of_document(work, QUOTE, call.params["id"])}, ensure_ascii=False)
    )


def convert_quote(call: Call) -> Response:
    """Make a draft invoice of a quote (ours)"""
    asked = call.parse_optional(quotes.Conversion)
    is_again = call.query.flag("again", False)

    def act(work: Work) -> str:
        made = quotes.convert(work, call.params["id"], asked, is_again=is_again)
        url = CLIENT_INVOICE.page_url(call.settings.base_url, made.row)
        proforma = client_invoices.proforma_numbers(work, [made.row]).get(made.row.id)
        text = client_invoices.answer(made.row, invoice_url=url, proforma=proforma)
        return wrapped("client_invoice", text, made.warnings)

    return call.write(act)


def _wanted(query: Query) -> QuoteFilter:
    return QuoteFilter(
        statuses=query.several("filter[status]", STATUSES),
        created_at_from=query.moment("filter[created_at_from]"),
        created_at_to=query.moment("filter[created_at_to]"),
        number=query.text("filter[number]"),
        client_id=(query.text("filter[client_id]") or "").lower() or None,
        is_sent=query.flag("filter[is_sent]", False) if query.text("filter[is_sent]") else None,
    )


def _text(call: Call, row: QuoteRow) -> str:
    return quotes.answer(row, quote_url=QUOTE.page_url(call.settings.base_url, row))


def _outcome(call: Call, outcome: quotes.Outcome) -> str:
    return _both(_text(call, outcome.row), outcome.warnings)


def _both(text: str, warnings: Sequence[Fault] | None = None) -> str:
    """The quote bare, as it is documented, and under its name, as clients of the API read it."""
    return f"{text[:-1]},{wrapped(_NAME, text, warnings)[1:]}"


def _refuse_fixed(data: dict[str, object]) -> None:
    if "status" in data:
        raise errors.Invalid(
            "read_only", "status cannot be patched: the client accepts or declines on the quote's page.",
            field="status", fix="Send the client the quote_url; POST /v2/quotes/{id}/send mails it.",
        )  # fmt: skip


_READ, _WRITE = scopes.CLIENT_INVOICES_READ, scopes.CLIENT_INVOICE_WRITE
_BASE, _ONE = "/v2/quotes", "/v2/quotes/{id}"
_LIST = {"quotes": [Quote], "meta": PAGE_META}
_WRITES = {_NAME: Quote, "warnings": WARNINGS}
_INVOICE = {"client_invoice": ClientInvoice, "warnings": WARNINGS}
_FILTERS: QueryTable = {
    "filter[status]": ({"type": "string"}, "pending_approval, approved, canceled; several with commas, or repeated"),
    **{f"filter[created_at_{end}]": ({"type": "string", "format": "date-time"}, "inclusive") for end in ("from", "to")},
    "filter[client_id]": ({"type": "string", "format": "uuid"}, "(ours)"),
    "filter[is_sent]": ({"type": "boolean"}, "whether it was mailed from here (ours)"),
    "filter[number]": ({"type": "string"}, "exact (ours)"),
    **PAGING,
    **CREATION,
}
_AGAIN: QueryTable = {"again": ({"type": "boolean", "default": False}, "also when it has an invoice already")}

ROUTES = (
    Route("GET", _BASE, _READ, list_quotes, gives=_LIST, query=_FILTERS),
    Route("POST", _BASE, _WRITE, create_quote, takes=NewQuote, wrapper=_NAME, gives=_WRITES, spread=Quote, status=201),
    Route("GET", _ONE, _READ, get_quote, gives={_NAME: Quote}, spread=Quote, is_bare_error=True),
    Route("PATCH", _ONE, _WRITE, update_quote, takes=QuoteChange, wrapper=_NAME, gives=_WRITES, spread=Quote,
          is_bare_error=True),
    Route("DELETE", _ONE, _WRITE, delete_quote, status=204, is_bare_error=True),
    Route("POST", f"{_ONE}/send", _WRITE, send_quote, takes=mailing.SendRequest, status=204, is_bare_error=True),
    Route("GET", f"{_ONE}/emails", _READ, list_quote_emails, gives={"emails": [mailing.SentEmail]},
          is_bare_error=True),
    Route("POST", f"{_ONE}/convert", _WRITE, convert_quote, takes=quotes.Conversion, is_body_optional=True,
          gives=_INVOICE, query=_AGAIN, is_bare_error=True),
)  # fmt: skip

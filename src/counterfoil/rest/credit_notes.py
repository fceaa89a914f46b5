"""/v2/credit_notes"""

from __future__ import annotations

from starlette.responses import Response

from counterfoil.domain import scopes
from counterfoil.domain.credit_note import CreditNote, NewCreditNote
from counterfoil.operations import credit_notes
from counterfoil.operations.kinds import CREDIT_NOTE
from counterfoil.operations.work import Work
from counterfoil.rest.bodies import Query, meta
from counterfoil.rest.calls import Call, listed, wrapped
from counterfoil.rest.lines import parse_lines
from counterfoil.rest.routing import CREATION, PAGE_META, PAGING, WARNINGS, QueryTable, Route
from counterfoil.store.credit_notes import CreditNoteFilter
from counterfoil.store.rows import CreditNoteRow

_NAME = "credit_note"


def list_credit_notes(call: Call) -> Response:
    """List credit notes"""
    wanted = _wanted(call.query)
    page, per_page = call.query.page()
    _, is_descending = call.query.sort(("created_at",), "created_at:desc")

    def act(work: Work) -> str:
        skip = (page - 1) * per_page
        total, rows = credit_notes.page(work, wanted, is_descending=is_descending, limit=per_page, skip=skip)
        return listed("credit_notes", [_text(call, row) for row in rows], meta(page, per_page, total))

    return call.read(act)


def get_credit_note(call: Call) -> Response:
    """Retrieve a credit note"""
    return call.read(lambda work: wrapped(_NAME, _text(call, credit_notes.get(work, call.params["id"]))))


def create_credit_note(call: Call) -> Response:
    """Create a credit note"""
    new = parse_lines(call, NewCreditNote, _NAME)

    def act(work: Work) -> str:
        outcome = credit_notes.create(work, new(work))
        return wrapped(_NAME, _text(call, outcome.row), outcome.warnings)

    return call.write(act, status=201)


def _wanted(query: Query) -> CreditNoteFilter:
    return CreditNoteFilter(
        created_at_from=query.moment("filter[created_at_from]"),
        created_at_to=query.moment("filter[created_at_to]"),
        updated_at_from=query.moment("filter[updated_at_from]"),
        updated_at_to=query.moment("filter[updated_at_to]"),
        issue_date_from=query.day("filter[issue_date_from]"),
        issue_date_to=query.day("filter[issue_date_to]"),
        number=query.text("filter[number]"),
        client_id=(query.text("filter[client_id]") or "").lower() or None,
        invoice_id=(query.text("filter[invoice_id]") or "").lower() or None,
    )


def _text(call: Call, row: CreditNoteRow) -> str:
    return credit_notes.answer(row, invoice_url=CREDIT_NOTE.page_url(call.settings.base_url, row))


_READ, _WRITE = scopes.CLIENT_INVOICES_READ, scopes.CLIENT_INVOICE_WRITE
_BASE, _ONE = "/v2/credit_notes", "/v2/credit_notes/{id}"
_TIME = {"type": "string", "format": "date-time"}
_DATE = {"type": "string", "format": "date"}
_UUID = {"type": "string", "format": "uuid"}
_FILTERS: QueryTable = {
    **{f"filter[created_at_{end}]": (_TIME, "inclusive") for end in ("from", "to")},
    **{f"filter[updated_at_{end}]": (_TIME, "inclusive (ours)") for end in ("from", "to")},
    **{f"filter[issue_date_{end}]": (_DATE, "inclusive (ours)") for end in ("from", "to")},
    "filter[number]": ({"type": "string"}, "exact (ours)"),
    "filter[client_id]": (_UUID, "(ours)"),
    "filter[invoice_id]": (_UUID, "(ours)"),
    **PAGING,
    **CREATION,
}

ROUTES = (
    Route(
        "GET", _BASE, _READ, list_credit_notes, gives={"credit_notes": [CreditNote], "meta": PAGE_META}, query=_FILTERS
    ),
    Route(
        "POST", _BASE, _WRITE, create_credit_note, takes=NewCreditNote, wrapper=_NAME,
        gives={_NAME: CreditNote, "warnings": WARNINGS}, status=201,
    ),
    Route("GET", _ONE, _READ, get_credit_note, gives={_NAME: CreditNote}),
)  # fmt: skip

"""/v2/reminders"""

from __future__ import annotations

from starlette.responses import Response

from counterfoil.domain import scopes
from counterfoil.domain.reminder import NewReminder, Reminder, ReminderChange
from counterfoil.operations import reminders
from counterfoil.operations.work import Work
from counterfoil.rest.bodies import meta
from counterfoil.rest.calls import Call, bare_and_wrapped, listed
from counterfoil.rest.routing import CREATION, PAGE_META, PAGING, QueryTable, Route

PER_PAGE_MOST = 500
_NAME = "reminder"
# The API's pages say that clients can be asked for, and not under which name.
_CLIENTS = ("filter[client_ids]", "filter[client_id]", "client_ids", "client_id")


def list_reminders(call: Call) -> Response:
    """List reminders"""
    client_ids = call.query.any_of(*_CLIENTS)
    page, per_page = call.query.page(per_page_most=PER_PAGE_MOST)
    _, is_descending = call.query.sort(("created_at",), "created_at:desc")

    def act(work: Work) -> str:
        skip = (page - 1) * per_page
        total, bodies = reminders.page(work, client_ids, is_descending=is_descending, limit=per_page, skip=skip)
        return listed("reminders", bodies, meta(page, per_page, total))

    return call.read(act)


def get_reminder(call: Call) -> Response:
    """Retrieve the reminders of a client"""
    return call.read(lambda work: bare_and_wrapped(_NAME, reminders.get(work, call.params["id"])))


def create_reminder(call: Call) -> Response:
    """Create or replace the reminders of a client"""
    new = call.parse(NewReminder, _NAME)
    return call.write(lambda work: bare_and_wrapped(_NAME, reminders.create(work, new)), status=201)


def replace_reminder(call: Call) -> Response:
    """Replace the rules of reminders"""
    change = call.parse(ReminderChange, _NAME)
    return call.write(lambda work: bare_and_wrapped(_NAME, reminders.replace(work, call.params["id"], change)))


def delete_reminder(call: Call) -> Response:
    """Delete the reminders of a client"""

    def act(work: Work) -> str:
        reminders.delete(work, call.params["id"])
        return ""

    return call.write(act, status=204)


_READ, _WRITE = scopes.CLIENT_INVOICES_READ, scopes.CLIENT_INVOICE_WRITE
_BASE, _ONE = "/v2/reminders", "/v2/reminders/{id}"
_GIVES = {_NAME: Reminder}
_LIST = {"reminders": [Reminder], "meta": PAGE_META}
_QUERY: QueryTable = {
    "filter[client_ids]": ({"type": "string"}, "ids of clients, with commas or repeated; also filter[client_id]"),
    **PAGING,
    "per_page": ({"type": "integer", "minimum": 1, "maximum": PER_PAGE_MOST, "default": 100}, ""),
    **CREATION,
}

ROUTES = (
    Route("GET", _BASE, _READ, list_reminders, gives=_LIST, query=_QUERY),
    Route(
        "POST", _BASE, _WRITE, create_reminder, takes=NewReminder, wrapper=_NAME, gives=_GIVES, spread=Reminder,
        status=201,
    ),
    Route("GET", _ONE, _READ, get_reminder, gives=_GIVES, spread=Reminder),
    Route(
        "PUT", _ONE, _WRITE, replace_reminder, takes=ReminderChange, wrapper=_NAME, gives=_GIVES, spread=Reminder
    ),
    Route("DELETE", _ONE, _WRITE, delete_reminder, status=204),
)  # fmt: skip

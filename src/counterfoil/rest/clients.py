"""/v2/clients"""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from counterfoil import errors
from counterfoil.domain import scopes
from counterfoil.domain.client import Client, ClientFields
from counterfoil.operations import clients
from counterfoil.operations.work import Work
from counterfoil.rest.bodies import Query, meta
from counterfoil.rest.calls import Call, listed, wrapped
from counterfoil.rest.changes import Patched, parse_change
from counterfoil.rest.routing import PAGE_META, PAGING, QueryTable, Route, sorting
from counterfoil.store.clients import SORTS, ClientFilter

_NAME = "client"


def list_clients(call: Call) -> Response:
    """List clients"""
    wanted = _wanted(call.query)
    page, per_page = call.query.page()
    sort, is_descending = call.query.sort(tuple(SORTS), "name:asc")

    def act(work: Work) -> str:
        skip = (page - 1) * per_page
        total, bodies = clients.page(work, wanted, sort=sort, is_descending=is_descending, limit=per_page, skip=skip)
        return listed("clients", bodies, meta(page, per_page, total))

    return call.read(act)


def get_client(call: Call) -> Response:
    """Retrieve a client"""
    return call.read(lambda work: wrapped(_NAME, clients.get(work, call.params["id"])))


def create_client(call: Call) -> Response:
    """Create a client"""
    new = call.parse(ClientFields, _NAME)
    return call.write(lambda work: wrapped(_NAME, clients.create(work, new)))


def update_client(call: Call) -> Response:
    """Update a client"""
    change = parse_change(call, ClientFields, _NAME, _PATCHED)
    return call.write(lambda work: wrapped(_NAME, clients.update(work, call.params["id"], change(work))))


def delete_client(call: Call) -> Response:
    """Delete a client"""

    def act(work: Work) -> str:
        clients.delete(work, call.params["id"])
        return ""

    return call.write(act, status=204)


def _current(call: Call, work: Work) -> dict[str, Any]:
    """The client as GET answers it."""
    found: dict[str, Any] = json.loads(clients.get(work, call.params["id"]))
    return found


_PATCHED = Patched(_current, frozenset(ClientFields.model_fields), merged=("billing_address", "delivery_address"))


def _wanted(query: Query) -> ClientFilter:
    name = query.text("filter[name]")
    if name is not None and len(name) < 2:
        raise errors.Malformed(
            "bad_request", "filter[name] needs at least 2 characters.", parameter="filter[name]", fix="Send more of it."
        )
    return ClientFilter(
        name=name,
        email=query.text("filter[email]"),
        vat_number=query.text("filter[vat_number]"),
        tax_identification_number=query.text("filter[tax_identification_number]"),
        updated_at_from=query.moment("filter[updated_at_from]"),
        updated_at_to=query.moment("filter[updated_at_to]"),
    )


_BASE, _ONE = "/v2/clients", "/v2/clients/{id}"
_READ, _WRITE = scopes.CLIENT_READ, scopes.CLIENT_WRITE
_GIVES = {_NAME: Client}
_EXACT = ({"type": "string"}, "exact, any case")
_FILTERS: QueryTable = {
    "filter[name]": ({"type": "string", "minLength": 2}, "part of it, any case, without accents"),
    "filter[email]": _EXACT,
    "filter[vat_number]": _EXACT,
    "filter[tax_identification_number]": _EXACT,
    **{f"filter[updated_at_{end}]": ({"type": "string", "format": "date-time"}, "inclusive") for end in ("from", "to")},
    **PAGING,
    **sorting(SORTS, "name:asc"),
}

ROUTES = (
    Route("GET", _BASE, _READ, list_clients, gives={"clients": [Client], "meta": PAGE_META}, query=_FILTERS),
    Route("POST", _BASE, _WRITE, create_client, takes=ClientFields, wrapper=_NAME, gives=_GIVES),
    Route("GET", _ONE, _READ, get_client, gives=_GIVES),
    Route("PATCH", _ONE, _WRITE, update_client, takes=ClientFields, wrapper=_NAME, gives=_GIVES, takes_json_patch=True),
    Route("DELETE", _ONE, _WRITE, delete_client, status=204),
)

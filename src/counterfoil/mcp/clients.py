"""The tools for clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from counterfoil.domain import scopes
from counterfoil.domain.organization import LOCALES
from counterfoil.mcp.arguments import check_part, take_cleared
from counterfoil.mcp.listing import beside, party_of
from counterfoil.mcp.references import folded, resolve
from counterfoil.mcp.results import client_name, client_row, paged
from counterfoil.mcp.schemas import (
    COUNTRY,
    NEXT_ACTIONS,
    PAGE,
    PER_PAGE,
    STRING,
    WARNINGS,
    Schema,
    choice,
    result,
    several,
    shown,
    text,
    thing,
)
from counterfoil.mcp.tool import READ, Hints, Tool, ToolCall
from counterfoil.sdk.errors import ApiError
from counterfoil.sdk.types import ClientFields

_KINDS = ("company", "individual", "freelancer")


async def list_clients(call: ToolCall) -> dict[str, Any]:
    page = await call.api.list_clients(**({"per_page": 25} | call.arguments))
    return paged("clients", [client_row(client) for client in page.items], page)


async def get_client(call: ToolCall) -> dict[str, Any]:
    return _one(await resolve(call, "client", call.arguments["id"]))


async def create_client(call: ToolCall) -> dict[str, Any]:
    given = _checked(call.arguments)
    country = (given.get("billing_address") or {}).get("country_code", "").upper()
    new = {"currency": "EUR", "locale": LOCALES.get(country, "en"), **given}
    alike = await _alike(call, given)
    made = _one(await call.api.create_client(cast(ClientFields, new)))
    if alike:
        # Told, not refused: two clients may share a name, and a client that is not wanted can be deleted.
        said = f"There is another client like it: {client_name(alike)[:80]}, {alike.get('email') or 'without email'}."
        fix = f"If it is the same, delete the new one and use {alike['id']}."
        made["warnings"] = [*made.get("warnings", []), {"code": "possible_duplicate", "message": said, "fix": fix}]
    return made


async def update_client(call: ToolCall) -> dict[str, Any]:
    change = _checked(call.arguments)
    said = change.pop("id")
    cleared = take_cleared(change)
    client = await resolve(call, "client", said)
    return _one(await call.api.update_client(client["id"], cast(ClientFields, change | cleared)))


async def delete_client(call: ToolCall) -> dict[str, Any]:
    client = await resolve(call, "client", call.arguments["id"])
    tried = cast(Mapping[str, Any] | None, await call.api.delete_client(client["id"]))
    return {"id": client["id"], "deleted": not call.is_preview, "client": party_of(client)} | beside(tried or {})


async def _alike(call: ToolCall, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A client that is there already with the same number, email or name."""
    name = given.get("name") or ""
    questions: dict[str, str] = {
        field: given[field] for field in ("vat_number", "tax_identification_number", "email") if given.get(field)
    }
    questions |= {"name": name} if len(name) >= 2 else {}
    for field, text_ in questions.items():
        try:
            page: Any = await call.api.list_clients(**cast(dict[str, Any], {field: text_, "per_page": 5}))
        except ApiError:
            return None
        for client in page.items:
            if field != "name" or folded(client_name(client)) == folded(name):
                return dict(client)
    return None


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    for name, schema in _PARTS.items():
        if name in given:
            check_part(schema, given[name], name)
    return dict(given)


def _one(client: Mapping[str, Any]) -> dict[str, Any]:
    following = {
        "tool": "list_client_invoices", "arguments": {"client_id": client["id"]},
        "description": "Lists its invoices; create_client_invoice with this client_id bills it.",
    }  # fmt: skip
    shown_client = {name: value for name, value in client.items() if name not in ("warnings", "preview")}
    return {"client": shown_client, "next_actions": [following]} | beside(client)


def _any_items(field: Schema) -> Schema:
    return {"items": {"type": "string"}} if field["type"] == "array" else {}


def _address(description: str) -> Schema:
    return thing(
        description,
        {
            "street_address": text("Street, number."),
            "city": text("City."),
            "zip_code": text("Post code."),
            "province_code": text("IT."),
            "country_code": COUNTRY,
        },
    )


_CLIENT = shown(
    {
        "id": STRING,
        "kind": {"type": "string", "enum": list(_KINDS)},
        "name": STRING,
        "first_name": STRING,
        "last_name": STRING,
        "email": STRING,
        "vat_number": STRING,
        "tax_identification_number": STRING,
        "billing_address": {"type": "object"},
        "currency": STRING,
        "locale": STRING,
    },
    ["id"],
)
_CLIENT_RESULT = result({"client": _CLIENT, "next_actions": NEXT_ACTIONS, "warnings": WARNINGS}, ["client"])
_ROW = shown(
    {
        "id": STRING, "kind": STRING, "name": STRING, "email": STRING, "vat_number": STRING,
        "country_code": STRING, "currency": STRING,
    },
    ["id"],
)  # fmt: skip
_ID = text("Client: id, name, email or VAT number.")
_ADDRESS = _address("Address for invoices.")
_PHONE = thing("Telephone.", {"country_code": text('"+33".'), "number": text("Rest.")}, ["country_code", "number"])
_PARTS: Final = {"delivery_address": _ADDRESS, "billing_address": _ADDRESS, "phone": _PHONE}
_FIELDS: Final[Mapping[str, Schema]] = {
    "name": text("Company.", maxLength=250),
    "first_name": text("Of a person.", maxLength=60),
    "last_name": text("Of a person.", maxLength=60),
    "email": text("Where invoices go."),
    "extra_emails": several("More.", text("Email.")),
    "phone": {"type": "object", "description": '{"country_code": "+33", "number": "…"}'},
    "vat_number": text("With its country's letters."),
    "tax_identification_number": text("SIREN, codice fiscale, NIF."),
    "billing_address": _ADDRESS,
    "delivery_address": {"type": "object", "description": "Fields as billing_address."},
    "recipient_code": text("IT: SdI code."),
    "e_invoicing_address": text("For e-invoices, or PEC."),
    "e_invoicing_address_scheme": text("Its EAS code."),
    "buyer_reference": text("Leitweg-ID or the like."),
    "currency": text("EUR by default."),
    "locale": text("fr, en, de, it, es."),
}
_CHANGES: Final = Hints(is_read_only=False, is_destructive=True, is_idempotent=True)

TOOLS = (
    Tool(
        "list_clients",
        "List clients",
        "List clients by name, as short rows; get_client shows one in full.",
        READ,
        {
            "name": text("Part of the name, any case, without accents.", minLength=2),
            "email": text("This email."),
            "vat_number": text("This VAT number."),
            "tax_identification_number": text("This tax number."),
            "page": PAGE,
            "per_page": PER_PAGE,
        },
        result(
            {
                "clients": {"type": "array", "items": _ROW},
                "total_count": {"type": "integer"},
                "page": {"type": "integer"},
                "has_more": {"type": "boolean"},
                "next_page": {"type": "integer"},
            },
            ["clients", "total_count", "has_more"],
        ),
        list_clients,
        scope=scopes.CLIENT_READ,
    ),
    Tool(
        "get_client",
        "Get a client",
        "Fetch one client in full: names, email, tax numbers, addresses, currency, language.",
        READ,
        {"id": _ID},
        _CLIENT_RESULT,
        get_client,
        ("id",),
        scope=scopes.CLIENT_READ,
    ),
    Tool(
        "create_client",
        "Create a client",
        "Add a client. A company needs name, a person first_name and last_name; to be invoiced it needs "
        "billing_address with city and country_code. Look with list_clients whether it is there already.",
        Hints(is_read_only=False, is_destructive=False, is_idempotent=False),
        {"kind": choice("What it is.", _KINDS), **_FIELDS},
        _CLIENT_RESULT,
        create_client,
        ("kind",),
        scope=scopes.CLIENT_WRITE,
        is_create=True,
    ),
    Tool(
        "update_client",
        "Update a client",
        "Change a client: what is sent replaces, clear empties. Issued documents keep what they say of it.",
        _CHANGES,
        {
            "id": _ID,
            **{
                name: {"type": field["type"], "description": "As on create."} | _any_items(field)
                for name, field in _FIELDS.items()
            },
            "clear": several("Fields to empty.", text("Field.")),
        },
        _CLIENT_RESULT,
        update_client,
        ("id",),
        scope=scopes.CLIENT_WRITE,
    ),
    Tool(
        "delete_client",
        "Delete a client",
        "Delete a client for good. Issued documents keep what they say of it.",
        _CHANGES,
        {"id": _ID},
        result({"id": STRING, "deleted": {"type": "boolean"}}, ["id", "deleted"]),
        delete_client,
        ("id",),
        scope=scopes.CLIENT_WRITE,
    ),
)

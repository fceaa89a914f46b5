"""The tools for clients."""

from __future__ import annotations

from typing import Any, cast

from counterfoil.domain.organization import LOCALES
from counterfoil.mcp.results import client_row, paged
from counterfoil.mcp.schemas import (
    COUNTRY,
    CURRENCY,
    IDEMPOTENCY_KEY,
    NEXT_ACTIONS,
    PAGE,
    PER_PAGE,
    STRING,
    Schema,
    choice,
    result,
    several,
    shown,
    text,
    thing,
    uuid,
)
from counterfoil.mcp.tool import READ, Hints, Tool, ToolCall
from counterfoil.sdk.types import ClientFields

_KINDS = ("company", "individual", "freelancer")


async def list_clients(call: ToolCall) -> dict[str, Any]:
    page = await call.api.list_clients(**({"per_page": 25} | call.arguments))
    return paged("clients", [client_row(client) for client in page.items], page)


async def get_client(call: ToolCall) -> dict[str, Any]:
    return _one(await call.api.get_client(call.arguments["id"]))


async def create_client(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    key = given.pop("idempotency_key", None)
    country = (given.get("billing_address") or {}).get("country_code", "").upper()
    new = {"currency": "EUR", "locale": LOCALES.get(country, "en"), **given}
    return _one(await call.api.create_client(cast(ClientFields, new), idempotency_key=key))


def _one(client: Any) -> dict[str, Any]:
    following = {
        "tool": "create_client_invoice", "arguments": {"client_id": client["id"]}, "description": "Bills this client."
    }  # fmt: skip
    return {"client": client, "next_actions": [following]}


def _address(description: str) -> Schema:
    return thing(
        description,
        {
            "street_address": text("Street and number.", maxLength=250),
            "city": text("City.", maxLength=50),
            "zip_code": text("Post code.", maxLength=20),
            "province_code": text("Two letters, IT only."),
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
_CLIENT_RESULT = result({"client": _CLIENT, "next_actions": NEXT_ACTIONS}, ["client"])
_ROW = shown(
    {
        "id": STRING, "kind": STRING, "name": STRING, "email": STRING, "vat_number": STRING,
        "country_code": STRING, "currency": STRING,
    },
    ["id"],
)  # fmt: skip

TOOLS = (
    Tool(
        "list_clients",
        "List clients",
        "List the organization's clients by name, as short rows: id, kind, name, email, vat_number, country and "
        "currency. total_count is of all pages; has_more and next_page say whether and where there is more. "
        "get_client shows one in full.",
        READ,
        {
            "name": text("Part of the name, at least two letters; case and accents do not matter.", minLength=2),
            "email": text("Exactly this email address."),
            "vat_number": text("Exactly this VAT number."),
            "tax_identification_number": text("Exactly this tax number, such as a SIREN."),
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
    ),
    Tool(
        "get_client",
        "Get a client",
        "Fetch one client in full: names, email, tax numbers, addresses, currency and locale.",
        READ,
        {"id": uuid("Id of the client, a UUID, as list_clients shows it.")},
        _CLIENT_RESULT,
        get_client,
        ("id",),
    ),
    Tool(
        "create_client",
        "Create a client",
        "Add a client. A company needs name; an individual or freelancer needs first_name and last_name. To be "
        "invoiced it also needs billing_address with city and country_code. Currency is EUR by default, locale (the "
        "language of its documents) follows the country. Two clients may have the same name: list_clients shows "
        "whether it is there already.",
        Hints(is_read_only=False, is_destructive=False, is_idempotent=False),
        {
            "kind": choice("What the client is.", _KINDS),
            "name": text("Company name.", maxLength=250),
            "first_name": text("First name of a person.", maxLength=60),
            "last_name": text("Last name of a person.", maxLength=60),
            "email": text("Where invoices go.", maxLength=254),
            "extra_emails": several("More recipients.", text("An email address.", maxLength=254), most=100),
            "phone": thing(
                "Telephone.",
                {"country_code": text('Such as "+33".'), "number": text("The rest of the number.")},
                ["country_code", "number"],
            ),
            "vat_number": text("VAT number with its country's letters.", maxLength=20),
            "tax_identification_number": text("SIREN or SIRET, codice fiscale, NIF or the like.", maxLength=30),
            "billing_address": _address("Address for invoices."),
            "delivery_address": _address("Address for deliveries, where another."),
            "recipient_code": text("IT clients: SdI code, seven characters."),
            "e_invoicing_address": text("Where its e-invoices go: an address on a network, or a PEC.", maxLength=250),
            "e_invoicing_address_scheme": text("Scheme of that address, an EAS code such as 0225 or EM.", maxLength=4),
            "buyer_reference": text("Reference its invoices must carry, such as a Leitweg-ID.", maxLength=120),
            "currency": CURRENCY,
            "locale": text("Language of its documents: fr, en, de, it or es."),
            "idempotency_key": IDEMPOTENCY_KEY,
        },
        _CLIENT_RESULT,
        create_client,
        ("kind",),
    ),
)

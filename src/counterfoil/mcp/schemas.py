"""Pieces of JSON Schema, written by hand: short, every property described, nothing that a validator would not use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]
UUID = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
PRICE = "^[0-9]{1,9}(\\.[0-9]{1,6})?$"


def text(description: str, **limits: Any) -> Schema:
    """A string. limits: JSON Schema keywords such as maxLength, pattern, enum."""
    return {"type": "string", "description": description, **limits}


def uuid(description: str) -> Schema:
    """An id."""
    return text(description, pattern=UUID)


def day(description: str) -> Schema:
    """A calendar day, as values.day reads it."""
    return text(f"{description} YYYY-MM-DD, today, +30d.")


def choice(description: str, values: Sequence[str]) -> Schema:
    """One of a closed list."""
    return {"type": "string", "enum": list(values), "description": description}


def flag(description: str) -> Schema:
    """True or false."""
    return {"type": "boolean", "description": description}


def whole(description: str, least: int, most: int) -> Schema:
    """A whole number within bounds."""
    return {"type": "integer", "minimum": least, "maximum": most, "description": description}


def several(description: str, of: Schema, least: int = 1, most: int | None = None) -> Schema:
    """An array."""
    limits = {"minItems": least} | ({"maxItems": most} if most else {})
    return {"type": "array", "items": of, **limits, "description": description}


def thing(description: str, properties: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    """An object that takes no other properties."""
    needed = {"required": list(required)} if required else {}
    head: Schema = {"type": "object", "description": description, "properties": dict(properties)}
    return head | needed | {"additionalProperties": False}


ID = uuid("Id of the invoice, a UUID, as list_client_invoices shows it.")
IDEMPOTENCY_KEY = text("Your key; repeated with it, the call happens once.")
CURRENCY = text("Currency, ISO 4217. The API invoices in EUR.", pattern="^[A-Z]{3}$")
PAGE = whole("Page, from 1.", 1, 999_999)
PER_PAGE = whole("Rows per page. 25 by default.", 1, 100)
COUNTRY = text("Country, ISO 3166-1 alpha-2, such as FR.", pattern="^[A-Za-z]{2}$")

# ---- outputs


def shown(properties: Mapping[str, Schema], required: Sequence[str] = (), description: str | None = None) -> Schema:
    """An object of an answer: it may carry more than is listed."""
    schema: Schema = {"type": "object", "properties": dict(properties)}
    schema |= {"required": list(required)} if required else {}
    return schema | ({"description": description} if description else {})


STRING: Schema = {"type": "string"}
MONEY = shown({"value": STRING, "currency": STRING})
NEXT_ACTIONS: Schema = {
    "type": "array",
    "description": "Calls that are allowed now.",
    "items": shown({"tool": STRING, "arguments": {"type": "object"}, "description": STRING}, ["tool", "arguments"]),
}
WARNINGS: Schema = {
    "type": "array",
    "items": shown({"code": STRING, "message": STRING, "fix": STRING}, ["code", "message"]),
}
_FAILURE: Mapping[str, Schema] = {
    "code": {"type": "string", "description": "Of a failure, as what follows."},
    "message": STRING,
    "field": STRING,
    "fix": STRING,
    "errors": {"type": "array"},
}


def result(properties: Mapping[str, Schema], required: Sequence[str]) -> Schema:
    """The schema of a tool's structured content. Failures conform to it too: some hosts check them against it."""
    either = [{"required": list(required)}, {"required": ["code", "message"]}]
    return {"type": "object", "properties": {**properties, **_FAILURE}, "anyOf": either}


INVOICE = shown(
    {
        "id": STRING,
        "number": {"type": "string", "description": "ends in -PROFORMA on a draft"},
        "status": {"type": "string", "enum": ["draft", "unpaid", "paid", "canceled"]},
        "issue_date": STRING,
        "due_date": STRING,
        "currency": STRING,
        "client": shown({"id": STRING, "name": STRING, "email": STRING}),
        "organization": shown({"id": STRING, "legal_name": STRING}),
        "total_amount": MONEY | {"description": "with VAT"},
        "vat_amount": MONEY,
        "tax_exclusive_amount": MONEY | {"description": "without VAT"},
        "amount_due": MONEY | {"description": "to pay"},
        "paid_at": STRING,
        "invoice_url": {"type": "string", "description": "public page, once finalized"},
    },
    ["id", "status"],
)
INVOICE_RESULT = result(
    {"client_invoice": INVOICE, "next_actions": NEXT_ACTIONS, "warnings": WARNINGS}, ["client_invoice", "next_actions"]
)

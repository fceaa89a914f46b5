"""What tests send and get of quotes over HTTP."""

from __future__ import annotations

from typing import Any

from tests.contract import schema
from tests.contract.schema import (
    CENTS,
    CLIENT,
    DAY,
    DISCOUNT,
    EMPTY,
    ITEM,
    MONEY,
    NULL,
    ORGANIZATION,
    TEXT,
    TIME,
    UUID,
    VAT_GROUP,
    WELFARE,
    WITHHOLDING,
    either,
    listed,
    obj,
    one_of,
)  # fmt: skip
from tests.support.server import Api, expect

STATUSES = ["pending_approval", "approved", "canceled"]
LETTER = {"send_to": ["ops@client.example"], "email_title": "Votre devis"}
LINE = {"title": "Étude", "quantity": "2", "unit_price": {"value": "100.00", "currency": "EUR"}, "vat_rate": "20"}

_ITEM = obj({**ITEM["properties"], "vat_exemption_code": either(one_of(schema.ALL_REASONS), NULL)})
QUOTE = obj(
    {
        "id": UUID, "organization_id": UUID, "number": TEXT, "status": one_of(STATUSES), "currency": {"const": "EUR"},
        "total_amount": MONEY, "total_amount_cents": CENTS, "vat_amount": MONEY, "vat_amount_cents": CENTS,
        "issue_date": DAY, "expiry_date": DAY, "created_at": TIME, "items": {**listed(_ITEM), "minItems": 1},
        "client": CLIENT, "organization": ORGANIZATION, "quote_url": {"type": "string", "pattern": "^https?://"},
        "contact_email": TEXT, "terms_and_conditions": TEXT, "header": TEXT, "footer": TEXT,
        "discount": either(DISCOUNT, NULL), "approved_at": either(TIME, EMPTY), "canceled_at": either(TIME, EMPTY),
        "welfare_fund": either(WELFARE, NULL), "withholding_tax": either(WITHHOLDING, NULL),
        "stamp_duty_amount": either(schema.AMOUNT, EMPTY), "invoice_ids": listed(UUID),
        # Ours:
        "updated_at": TIME, "is_sent": {"type": "boolean"}, "approved_by": TEXT, "declined_by": TEXT,
        "decline_reason": TEXT, "document_hash": TEXT, "line_total_amount": MONEY, "line_total_amount_cents": CENTS,
        "tax_exclusive_amount": MONEY, "tax_exclusive_amount_cents": CENTS, "amount_due": MONEY,
        "amount_due_cents": CENTS, "vat_breakdown": listed(VAT_GROUP), "mentions": listed(TEXT),
        "settings": {"type": "object"},
    },
    optional={"attachment_id": UUID, "upload_id": UUID},
)  # fmt: skip


def quote_body(api: Api, **more: Any) -> dict[str, Any]:
    """What a create call sends: one line, valid until the end of the century; `...` leaves a field out."""
    if "client_id" not in more:
        more["client_id"] = api.client()["id"]
    body = {
        "issue_date": api.today, "expiry_date": "2099-12-31", "currency": "EUR", "items": [LINE],
        "terms_and_conditions": "Acompte de 30 %.",
    }  # fmt: skip
    return {name: value for name, value in {**body, **more}.items() if value is not ...}


def new_quote(api: Api, **more: Any) -> dict[str, Any]:
    """A new quote."""
    return expect(api.post("/quotes", quote_body(api, **more)), 201)["quote"]


def quote_of(api: Api, quote_id: str) -> dict[str, Any]:
    """The quote as it is now."""
    return expect(api.get(f"/quotes/{quote_id}"), 200)["quote"]

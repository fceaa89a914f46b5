"""Invoices and credit notes of Italian sellers as they are frozen, for tests of what is written from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from counterfoil.domain import crediting, deposits
from counterfoil.domain.client_invoice import DeductedDeposit, NewClientInvoice
from counterfoil.domain.credit_note import NewCreditNote
from counterfoil.domain.document import Identity, build_client_invoice, client_snapshot
from counterfoil.domain.organization import BankAccount, OrganizationProfile

Document = dict[str, Any]
CLIENT_ID: Final = "0198c5a5-0000-7000-8000-000000000001"
INVOICE: Final = Identity(
    "0198c5a5-0000-7000-8000-000000000002", "org", "2026-03-02T09:00:00.000Z", "F-2026-042", "2026-03-02T09:00:00.000Z"
)
NOTE: Final = Identity(
    "0198c5a5-0000-7000-8000-000000000003", "org", "2026-03-09T09:00:00.000Z", "A-2026-001", "2026-03-09T09:00:00.000Z"
)
ACCOUNT: Final = BankAccount(
    id="a", organization_id="org", slug="s", name="n", iban="IT60X0542811101000000123456", bic="BLOPIT22", main=True,
    updated_at="",
)  # fmt: skip
SELLER: Final[Document] = {
    "legal_name": "Studio Bianchi Architetti", "legal_country": "IT", "address_line_1": "Via della Spiga 22",
    "address_zipcode": "20121", "address_city": "Milano", "address_province": "MI", "vat_number": "IT07643520567",
    "tax_number": "BNCGLI80A41F205F", "email": "studio@bianchi.example", "phone": "+39 02 5550 1234",
}  # fmt: skip
COMPANY: Final[Document] = {
    "id": CLIENT_ID, "type": "company", "name": "Cantine del Levante S.r.l.", "vat_number": "IT00743110157",
    "recipient_code": "ABC1234", "locale": "it",
    "billing_address": {
        "street_address": "Corso Italia 5", "zip_code": "70122", "city": "Bari", "province_code": "BA",
        "country_code": "IT",
    },
}  # fmt: skip
PERSON: Final[Document] = {
    "id": CLIENT_ID, "type": "individual", "first_name": "Mario", "last_name": "Rossi", "locale": "it",
    "tax_identification_number": "RSSMRA85T10A562S", "e_invoicing_address": "mario.rossi@pec.example",
    "billing_address": {
        "street_address": "Via Po 1", "zip_code": "10124", "city": "Torino", "province_code": "TO",
        "country_code": "IT",
    },
}  # fmt: skip
GERMAN: Final[Document] = {
    "id": CLIENT_ID, "type": "company", "name": "Müller & Söhne GmbH", "vat_number": "DE136695976", "locale": "de",
    "billing_address": {
        "street_address": "Hauptstraße 8", "zip_code": "10115", "city": "Berlin", "country_code": "DE",
    },
}  # fmt: skip


def seller(**more: Any) -> OrganizationProfile:
    """The profile of an Italian organization."""
    return OrganizationProfile.model_validate({**SELLER, **more})


def line(price: str, rate: str = "0.22", quantity: str = "1", **more: Any) -> Document:
    """An item to bill."""
    unit_price = {"value": price, "currency": "EUR"}
    return {"title": "Consulenza", "quantity": quantity, "unit_price": unit_price, "vat_rate": rate, **more}


def invoice(
    *items: Document,
    client: Document = COMPANY,
    profile: OrganizationProfile | None = None,
    identity: Identity = INVOICE,
    deducted: Sequence[DeductedDeposit] = (),
    **more: Any,
) -> Document:
    """A finalized invoice as it is frozen."""
    body = {
        "client_id": CLIENT_ID, "issue_date": "2026-03-02", "due_date": "2026-04-01", "currency": "EUR",
        "items": list(items), **more,
    }  # fmt: skip
    new = NewClientInvoice.model_validate_json(json.dumps(body))
    built = build_client_invoice(
        new, identity, profile=profile or seller(), client=client_snapshot(client), account=ACCOUNT, deposits=deducted
    )
    document: Document = json.loads(built.model_dump_json())
    return document


def deduct(deposit: Document, *, status: str = "paid") -> DeductedDeposit:
    """A deposit invoice as a balance invoice names it."""
    return deposits.deducted(deposit, status)


def credit_note(sold: Document, *, profile: OrganizationProfile | None = None, **more: Any) -> Document:
    """A credit note on `sold` as it is frozen; without `items` or `amount` it credits all of it."""
    body = {
        "invoice_id": sold["id"], "issue_date": "2026-03-09", "reason": "Reso", "currency": "EUR",
        **(more if "items" in more or "amount" in more else {"amount": sold["total_amount"], **more}),
    }  # fmt: skip
    new = NewCreditNote.model_validate_json(json.dumps(body))
    left = crediting.creditable(sold, [])
    lines = crediting.lines_of(new, left)
    note = crediting.build_credit_note(
        new,
        crediting.written(new, lines, sold),
        NOTE,
        invoice=sold,
        seller=crediting.seller_of(sold, profile or seller()),
        sums=lines.sums,
    )
    document: Document = json.loads(note.model_dump_json())
    return document

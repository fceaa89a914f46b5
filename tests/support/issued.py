"""Documents as they are frozen at issue, put together by the domain's own code from a few words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from counterfoil.domain import crediting
from counterfoil.domain.client_invoice import DeductedDeposit, NewClientInvoice
from counterfoil.domain.credit_note import NewCreditNote
from counterfoil.domain.document import Identity, build_client_invoice, client_snapshot
from counterfoil.domain.organization import BankAccount, OrganizationProfile

Document = dict[str, Any]
INVOICE_ID = "019f56b7-0000-7000-8000-000000000001"
ORGANIZATION_ID = "019f56b7-0000-7000-8000-0000000000aa"
CLIENT_ID = "019f56b7-0000-7000-8000-0000000000bb"
NOW = "2026-11-20T09:00:00.000Z"

_SELLERS: dict[str, Document] = {
    "FR": {
        "legal_name": "Atelier Lumière", "legal_number": "55210055400013", "vat_number": "FR43552100554",
        "address_city": "Lyon", "address_zipcode": "69002", "transaction_type": "goods_and_services",
        "vat_payment_condition": "on_receipts", "email": "bonjour@lumiere.example", "phone": "+33 4 72 00 00 00",
        "commercial_register_number": "RCS Lyon 552 100 554", "legal_form": "SARL", "company_leadership": "C. Rousseau",
    },
    "DE": {
        "legal_name": "Nordwind GmbH", "legal_number": "HRB 154233", "district_court": "Amtsgericht Hamburg",
        "commercial_register_number": "HRB 154233", "company_leadership": "Jana Petersen", "address_city": "Hamburg",
        "vat_number": "DE136695976", "tax_number": "22/815/08151", "address_zipcode": "22767",
        "email": "rechnung@nordwind.example", "phone": "+49 40 1234567",
    },
    "ES": {
        "legal_name": "Lucía Fernández", "legal_number": "12345678Z", "vat_number": "ES12345678Z",
        "tax_number": "12345678Z", "address_city": "Madrid", "address_zipcode": "28004", "is_freelancer": True,
        "email": "lucia@traducciones.example", "phone": "+34 600 000 000",
    },
}  # fmt: skip
_ACCOUNTS = {
    "FR": ("FR7630006000011234567890189", "AGRIFRPP"),
    "DE": ("DE89370400440532013000", "COBADEFFXXX"),
    "ES": ("ES9121000418450200051332", "CAIXESBBXXX"),
}


def seller(country: str = "FR", **more: Any) -> OrganizationProfile:
    """A complete seller of France, Germany or Spain; `more` is on top."""
    return OrganizationProfile(
        **{"legal_country": country, "address_line_1": "12 rue Mercière"} | _SELLERS[country] | more
    )


def buyer(country: str = "FR", **more: Any) -> Document:
    """A company in `country` without any number; `more` is on top."""
    place = {"street_address": "48 quai Neuf", "zip_code": "13007", "city": "Ville", "country_code": country}
    return {
        "id": CLIENT_ID, "type": "company", "name": "Éditions du Port", "locale": "fr", "country_code": country,
        "email": "comptes@port.example", "billing_address": place,
    } | more  # fmt: skip


def french_buyer(**more: Any) -> Document:
    return buyer(vat_number="FR40303265045", tax_identification_number="303 265 045") | more


def person(country: str = "FR", **more: Any) -> Document:
    """A private person."""
    return buyer(country, type="individual", name="", first_name="José", last_name="Ñandú") | more


def line(price: str = "100", rate: str = "0.2", *, quantity: str = "1", **more: Any) -> Document:
    return {
        "title": "Conseil", "quantity": quantity, "unit_price": {"value": price, "currency": "EUR"}, "vat_rate": rate,
    } | more  # fmt: skip


def exempt(reason: str, price: str = "100", **more: Any) -> Document:
    return line(price, "0", vat_exemption_reason=reason, **more)


def invoice(
    items: Sequence[Document],
    *,
    of: OrganizationProfile | None = None,
    to: Document | None = None,
    deposits: Sequence[DeductedDeposit] = (),
    **more: Any,
) -> Document:
    """A client invoice as JSON. `more`: fields of its body."""
    profile = of or seller()
    iban, bic = _ACCOUNTS[profile.legal_country]
    body = {
        "client_id": CLIENT_ID, "issue_date": date(2026, 11, 20), "due_date": date(2026, 12, 20), "currency": "EUR",
        "items": list(items), "number": "F-2026-042",
    } | more  # fmt: skip
    account = BankAccount(
        id=INVOICE_ID, organization_id=ORGANIZATION_ID, slug="main", name="Main", iban=iban, bic=bic, updated_at=NOW
    )
    built = build_client_invoice(
        NewClientInvoice.model_validate(body),
        Identity(INVOICE_ID, ORGANIZATION_ID, NOW, body["number"], NOW),
        profile=profile,
        client=client_snapshot(to or french_buyer()),
        account=account,
        deposits=deposits,
    )
    return _json(built)


def deposit(number: str, total: str, vat: str) -> DeductedDeposit:
    """A deposit invoice of 1 October as a balance invoice names it."""
    amounts = {"total_amount": total, "vat_amount": vat, "amount": total}
    return DeductedDeposit.model_validate(
        {"id": INVOICE_ID, "number": number, "issue_date": date(2026, 10, 1), "paid": True}
        | {name: {"value": value, "currency": "EUR"} for name, value in amounts.items()}
        | {f"{name}_cents": int(value.replace(".", "")) for name, value in amounts.items()}
    )


def credit_note(of: Document, *, seller_now: OrganizationProfile | None = None, **more: Any) -> Document:
    """A credit note over all of an invoice, or over the `items` or `amount` in `more`, as JSON."""
    body = {
        "invoice_id": of["id"], "issue_date": date(2026, 11, 25), "reason": "Retour", "currency": "EUR",
        "number": "A-2026-003",
    } | ({} if "items" in more else {"amount": of["total_amount"]["value"]}) | more  # fmt: skip
    new = NewCreditNote.model_validate(body)
    lines = crediting.lines_of(new, crediting.creditable(of, []))
    built = crediting.build_credit_note(
        new,
        crediting.written(new, lines, of),
        Identity("019f56b7-0000-7000-8000-000000000002", ORGANIZATION_ID, NOW, body["number"], NOW),
        invoice=of,
        seller=seller_now or seller(of["organization"]["legal_country"]),
        sums=lines.sums,
    )
    return _json(built)


def _json(built: Any) -> Document:
    document: Document = json.loads(built.model_dump_json())
    return document

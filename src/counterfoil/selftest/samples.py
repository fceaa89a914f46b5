"""What the self-test writes: a company, its client, invoices. The numbers have right check digits and are nobody's."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import Any

from counterfoil.domain.client_invoice import NewClientInvoice

IBAN = "FR7630006000011234567890189"
COMPANY = {
    "legal_name": "Self-test SARL", "legal_country": "FR", "legal_number": "732829320",
    "vat_number": "FR44732829320", "address_line_1": "12 rue des Lilas", "address_zipcode": "69003",
    "address_city": "Lyon", "email": "selftest@counterfoil.example",
}  # fmt: skip
CLIENT = {
    "kind": "company", "name": "Client", "email": "client@counterfoil.example", "currency": "EUR", "locale": "fr",
    "tax_identification_number": "732829320",
    "billing_address": {"street_address": "4 quai", "city": "Nantes", "zip_code": "44000", "country_code": "FR"},
}  # fmt: skip
DAY, DUE = "2026-03-02", "2026-04-01"
_RATES = ("0.2", "0.1", "0.055", "0.021")


def body(client_id: str, *, status: str = "unpaid", chance: random.Random | None = None, **more: Any) -> dict[str, Any]:
    """What a create call sends: one line, or as `chance` draws them."""
    items = [_item("2", "100.00", "0.2")]
    if chance:
        items = [
            _item(
                f"{chance.randint(1, 9999) / 100:.2f}", f"{chance.randint(1, 99999) / 100:.2f}", chance.choice(_RATES)
            )
            for _ in range(chance.choice((1, 2, 5, 10)))
        ]
    document = {"client_id": client_id, "issue_date": DAY, "due_date": DUE, "currency": "EUR", "status": status}
    return {**document, "items": items, **more}


def new_invoice(client_id: str, *, status: str) -> NewClientInvoice:
    """The same as an operation takes it."""
    return NewClientInvoice.model_validate_json(json.dumps(body(client_id, status=status)))


def _hundredths(count: int) -> str:
    return str(Decimal(count).scaleb(-2))


def _item(quantity: str, price: str, rate: str) -> dict[str, Any]:
    unit_price = {"value": price, "currency": "EUR"}
    return {"title": "Conseil", "quantity": quantity, "unit_price": unit_price, "vat_rate": rate}

"""A product as webhooks tell of it."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.domain.product import webhook_form

PRODUCT: dict[str, Any] = {
    "id": "p", "organization_id": "o", "title": "Consulting hour", "type": "service", "description": "", "unit": "hour",
    "internal_note": "", "unit_price": {"value": "100", "currency": "EUR"}, "vat_rate": "0.20", "links": [],
    "created_at": "2025-01-24T10:54:00Z", "updated_at": "2025-01-24T10:55:00Z",
}  # fmt: skip


def test_the_form_is_flat_and_has_every_field() -> None:
    assert webhook_form(PRODUCT) == {
        "id": "p", "title": "Consulting hour", "type": "service", "description": "", "unit": "hour",
        "internal_note": "", "unit_price": "100.00", "unit_price_incl_vat": "120.00", "currency": "EUR",
        "vat_rate": "0.20", "vat_exemption_code": "", "links": [], "created_at": "2025-01-24T10:54:00Z",
        "updated_at": "2025-01-24T10:55:00Z",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("price", "rate", "shown"), [("0.125", "0", "0.13"), ("0.01", "0.055", "0.01"), ("10", "1", "20.00")]
)
def test_prices_are_rounded_half_up_to_the_cent(price: str, rate: str, shown: str) -> None:
    form = webhook_form(PRODUCT | {"unit_price": {"value": price, "currency": "EUR"}, "vat_rate": rate})
    assert form["unit_price_incl_vat"] == shown

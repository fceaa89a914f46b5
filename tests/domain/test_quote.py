"""Quotes as values: rates in percent, what is refused, and what comes back from a stored one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from counterfoil.domain.document import Identity
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.quote import (
    REQUIRED,
    FrozenQuote,
    LiveQuote,
    NewQuote,
    Quote,
    QuoteChange,
    as_fraction,
    as_new_quote,
    build_quote,
    quote_faults,
)
from counterfoil.errors import Invalid

CLIENT = {"id": "0198c5a5-0000-7000-8000-000000000001", "type": "company", "name": "Client", "country_code": "FR"}
IDENTITY = Identity("0198c5a5-0000-7000-8000-000000000002", "org", "2026-03-02T09:00:00.000Z", "D-2026-001")
PROFILE = OrganizationProfile(legal_name="Atelier", legal_country="FR", email="a@atelier.example")
LINE = {"title": "Étude", "quantity": "2", "unit_price": {"value": "100.00", "currency": "EUR"}, "vat_rate": "20"}
BODY = {
    "client_id": CLIENT["id"], "issue_date": "2026-03-02", "expiry_date": "2026-04-01", "currency": "EUR",
    "terms_and_conditions": "Acompte de 30 %.", "items": [LINE],
}  # fmt: skip


def read(**more: Any) -> NewQuote:
    return NewQuote.model_validate_json(json.dumps({**BODY, **more}))


def line(**more: Any) -> dict[str, Any]:
    return {**LINE, **more}


def build(new: NewQuote, profile: OrganizationProfile = PROFILE, client: Mapping[str, Any] = CLIENT) -> FrozenQuote:
    return build_quote(new, IDENTITY, profile=profile, client=client)


def codes(new: NewQuote, profile: OrganizationProfile = PROFILE) -> list[tuple[str, str | None]]:
    return [(fault.code, fault.field) for fault in quote_faults(new, profile)]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("20", "0.2"), ("20.0", "0.2"), ("5.5", "0.055"), ("2.1", "0.021"), ("100", "1"), ("1.5", "0.015"),
        ("1.000001", "1.000001"), ("0.2", "0.2"), ("0.20", "0.20"), ("1", "1"), ("0", "0"), ("0.9", "0.9"),
        ("101", "101"), ("20.12345", "20.12345"), ("20.1234", "0.201234"),
    ],
)  # fmt: skip
def test_a_rate_above_one_is_percent(sent: str, meant: str) -> None:
    assert as_fraction(sent) == meant


@given(st.decimals(min_value=0, max_value=999, places=4, allow_nan=False, allow_infinity=False))
def test_reading_a_rate_twice_changes_nothing(rate: Decimal) -> None:
    once = as_fraction(f"{rate:f}")
    assert as_fraction(once) == once
    assert Decimal(once) == (rate if rate <= 1 or rate > 100 else rate / 100)


def test_lines_and_discounts_in_percent_amount_to_what_fractions_do() -> None:
    percent = read(
        items=[line(discount={"type": "percentage", "value": "10"})], discount={"type": "percentage", "value": "5"}
    )
    fraction = read(
        items=[line(vat_rate="0.2", discount={"type": "percentage", "value": "0.1"})],
        discount={"type": "percentage", "value": "0.05"},
    )
    assert build(percent) == build(fraction)
    assert build(percent).items[0].vat_rate == "0.2"
    assert build(percent).items[0].discount.value == "0.1"
    assert build(percent).total_amount.value == "205.20"


@pytest.mark.parametrize("kind", ["absolute", "amount"])
def test_an_absolute_discount_is_euros_whatever_its_size(kind: str) -> None:
    frozen = build(read(discount={"type": kind, "value": "20"}))
    assert frozen.discount is not None
    assert (frozen.discount.type, frozen.discount.value, frozen.discount.amount_cents) == ("absolute", "20", 2000)


@pytest.mark.parametrize("rate", ["101", "20.12345"])
def test_a_rate_that_is_no_percentage_is_refused(rate: str) -> None:
    (fault,) = quote_faults(read(items=[line(vat_rate=rate)]), PROFILE)
    assert (fault.code, fault.field) == ("invalid_vat_rate", "items/0/vat_rate")
    assert fault.fix == 'Send a fraction from "0" to "1", such as "0.2" for 20 %.'


def test_a_discount_over_one_hundred_percent_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        build(read(discount={"type": "percentage", "value": "100.5"}))
    assert [fault.code for fault in refused.value.faults] == ["invalid_discount_value"]


def test_a_rate_of_zero_wants_a_reason() -> None:
    assert codes(read(items=[line(vat_rate="0")])) == [("missing_vat_exemption_reason", "items/0/vat_exemption_reason")]
    assert codes(read(items=[line(vat_rate="0", vat_exemption_code="S261")])) == []
    franchise = PROFILE.model_copy(update={"vat_regime": "franchise"})
    assert codes(read(items=[line(vat_rate="0")]), franchise) == []


def test_both_names_of_the_reason_are_answered() -> None:
    item = build(read(items=[line(vat_rate="0", vat_exemption_code="S261")])).items[0]
    assert (item.vat_exemption_reason, item.vat_exemption_code) == ("S261", "S261")


def test_it_may_not_expire_before_it_is_issued() -> None:
    assert codes(read(expiry_date="2026-03-02")) == []
    assert codes(read(expiry_date="2026-03-01")) == [("invalid_expiry_date", "expiry_date")]


def test_lines_are_in_the_currency_of_the_quote() -> None:
    assert codes(read(items=[line(currency="EUR")])) == []
    assert codes(read(items=[line(), line(currency="USD")])) == [("invalid_currency", "items/1/currency")]


@pytest.mark.parametrize(
    ("field", "most"), [("terms_and_conditions", 3000), ("header", 1000), ("footer", 1000), ("number", 40)]
)
def test_texts_have_limits(field: str, most: int) -> None:
    assert getattr(read(**{field: "x" * most}), field) == "x" * most
    with pytest.raises(ValidationError) as refused:
        read(**{field: "x" * (most + 1)})
    assert refused.value.errors()[0]["loc"] == (field,)


@pytest.mark.parametrize(
    "field", ["client_id", "issue_date", "expiry_date", "terms_and_conditions", "currency", "items"]
)
def test_it_cannot_do_without(field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        NewQuote.model_validate_json(json.dumps({name: value for name, value in BODY.items() if name != field}))
    assert refused.value.errors()[0]["loc"] == (field,)


@pytest.mark.parametrize("model", [NewQuote, QuoteChange])
def test_there_is_at_least_one_line(model: type[NewQuote] | type[QuoteChange]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate_json(json.dumps({**BODY, "items": []}))


def test_what_a_change_may_not_clear_is_on_every_quote() -> None:
    assert set(REQUIRED) <= set(FrozenQuote.model_fields)
    assert set(REQUIRED) <= set(QuoteChange.model_fields)


def test_the_two_texts_share_no_key_and_make_the_answer() -> None:
    assert set(FrozenQuote.model_fields) & set(LiveQuote.model_fields) == set()
    assert set(Quote.model_fields) == {*FrozenQuote.model_fields, *LiveQuote.model_fields, "quote_url"}


def test_a_quote_reads_back_as_it_was_asked() -> None:
    asked = read(
        header="Bonjour", footer="Merci", settings={"tax_number": "12"}, discount={"type": "percentage", "value": "10"},
        items=[line(description="deux\nlignes", unit="hour", vat_rate="0", vat_exemption_code="S261"), line()],
    )  # fmt: skip
    first = build(asked)
    again = build(as_new_quote(json.loads(first.model_dump_json())))
    assert again.model_dump_json() == first.model_dump_json()


def test_it_notes_why_there_is_no_vat_and_nothing_of_late_payment() -> None:
    franchise = PROFILE.model_copy(update={"vat_regime": "franchise"})
    frozen = build(read(items=[line(vat_rate="0")]), franchise, {**CLIENT, "locale": "fr"})
    assert frozen.mentions == ["TVA non applicable, art. 293 B du CGI"]
    assert build(read()).mentions == []

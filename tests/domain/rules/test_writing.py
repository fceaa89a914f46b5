"""What a draft may not carry, from create on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from counterfoil.domain.client_invoice import NewClientInvoice
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.rules import write_faults
from counterfoil.errors import Fault
from tests.domain.rules.cases import RATES, profile


def item(
    rate: str, reason: str | None = None, price: str = "100", currency: str = "EUR", **more: Any
) -> dict[str, Any]:
    unit_price = {"value": price, "currency": currency}
    body = {"title": "Work", "quantity": "1", "unit_price": unit_price, "vat_rate": rate}
    return body | {"vat_exemption_reason": reason} | more


def written(seller: OrganizationProfile, **more: Any) -> list[Fault]:
    body: dict[str, Any] = {
        "client_id": "018f2b5c-0000-7000-8000-000000000001",
        "issue_date": date(2026, 11, 22),
        "due_date": date(2026, 12, 22),
        "currency": "EUR",
        "items": [item(RATES[seller.legal_country])],
    }
    found = write_faults(NewClientInvoice.model_validate(body | more), seller)
    assert all(fault.message and fault.fix for fault in found)
    return found


def told(found: list[Fault]) -> list[tuple[str, str | None]]:
    return [(fault.code, fault.field) for fault in found]


FIELDS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "report_einvoicing": ({"report_einvoicing": False}, {"IT"}),
    "payment_reporting": ({"payment_reporting": {"conditions": "TP02", "method": "MP05"}}, {"IT"}),
    "welfare_fund": ({"welfare_fund": {"type": "TC01", "rate": "0.04"}}, {"IT"}),
    "settings/discount_conditions": ({"settings": {"discount_conditions": "x"}}, {"FR"}),
    "settings/late_payment_penalties": ({"settings": {"late_payment_penalties": "x"}}, {"FR"}),
    "settings/legal_fixed_compensation": ({"settings": {"legal_fixed_compensation": ""}}, {"FR"}),
    "settings/legal_capital_share": ({"settings": {"legal_capital_share": {"value": "1000"}}}, {"FR"}),
    "settings/transaction_type": ({"settings": {"transaction_type": "goods"}}, {"FR"}),
    "settings/vat_payment_condition": ({"settings": {"vat_payment_condition": "on_receipts"}}, {"FR"}),
    "settings/commercial_register_number": ({"settings": {"commercial_register_number": "HRB 1"}}, {"FR", "DE"}),
    "settings/district_court": ({"settings": {"district_court": "x"}}, {"FR", "DE", "IT", "ES", "BE"}),
    "settings/tax_number": ({"settings": {"tax_number": "1"}}, {"FR", "DE", "IT", "ES", "BE"}),
}


@pytest.mark.parametrize("country", ["FR", "DE", "IT", "ES", "BE"])
@pytest.mark.parametrize("path", FIELDS)
def test_a_countrys_fields_are_that_countrys_only(path: str, country: str) -> None:
    body, countries = FIELDS[path]
    expected = [] if country in countries else [("field_not_available_in_country", path)]
    assert told(written(profile(country), **body)) == expected


def test_a_field_of_another_country_is_taken_away_by_its_patch() -> None:
    (fault,) = written(profile("FR"), stamp_duty_amount="2.00")
    assert [dict(operation) for operation in fault.patch] == [
        {"op": "add", "path": "/stamp_duty_amount", "value": None}
    ]
    assert fault.patch_target == "client_invoice"


def test_null_counts_as_absent() -> None:
    nothing = dict.fromkeys(("report_einvoicing", "payment_reporting", "welfare_fund", "withholding_tax", "settings"))
    assert written(profile("BE"), **nothing, stamp_duty_amount=None) == []
    assert written(profile("BE"), settings={"transaction_type": None}) == []


FULL = {"reason": "RF01", "rate": "0.20", "payment_reason": "A"}


@pytest.mark.parametrize(
    ("country", "is_freelancer", "tax", "expected"),
    [
        ("IT", False, FULL, []),
        (
            "IT",
            False,
            {"rate": "0.20"},
            [
                ("missing_withholding_reason", "withholding_tax/reason"),
                ("missing_withholding_payment_reason", "withholding_tax/payment_reason"),
            ],
        ),
        ("ES", True, {"rate": "0.15"}, []),
        (
            "ES",
            True,
            FULL,
            [
                ("field_not_available_in_country", "withholding_tax/reason"),
                ("field_not_available_in_country", "withholding_tax/payment_reason"),
            ],
        ),
        ("ES", False, {"rate": "0.15"}, [("field_not_available_in_country", "withholding_tax")]),
        ("FR", True, {"rate": "0.15"}, [("field_not_available_in_country", "withholding_tax")]),
    ],
)
def test_withholding_is_italian_and_of_spanish_freelancers(
    country: str, is_freelancer: bool, tax: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert told(written(profile(country, is_freelancer=is_freelancer), withholding_tax=tax)) == expected


def test_every_currency_is_the_euro() -> None:
    found = written(profile("FR"), currency="USD", items=[item("0.2"), item("0.2", currency="GBP")])
    assert told(found) == [("invalid_currency", "currency"), ("invalid_currency", "items/1/unit_price/currency")]


FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ({"performance_start_date": FIRST, "performance_end_date": LAST}, []),
        ({"performance_start_date": FIRST, "performance_end_date": FIRST}, []),
        ({"performance_date": FIRST, "performance_end_date": LAST}, []),
        ({"performance_start_date": FIRST}, []),
        ({"performance_end_date": LAST}, [("missing_performance_start_date", "performance_start_date")]),
        (
            {"performance_start_date": LAST, "performance_end_date": FIRST},
            [("invalid_performance_end_date", "performance_end_date")],
        ),
        (
            {"performance_date": FIRST, "performance_start_date": LAST, "performance_end_date": FIRST},
            [("invalid_performance_end_date", "performance_end_date")],
        ),
    ],
)
def test_a_performance_ends_after_it_starts(days: dict[str, date], expected: list[tuple[str, str]]) -> None:
    assert told(written(profile("FR"), **days)) == expected


@pytest.mark.parametrize(
    ("rate", "hint"),
    [("20", '"0.2"'), ("5.5", '"0.055"'), ("2.10", '"0.021"'), ("100", '"1"'), ("150", '"0.2" for 20 %')],
)
def test_a_rate_in_percent_is_refused_with_the_fraction(rate: str, hint: str) -> None:
    (fault,) = written(profile("FR"), items=[item("0.2"), item(rate)])
    assert (fault.code, fault.field) == ("invalid_vat_rate", "items/1/vat_rate")
    assert hint in str(fault.fix)
    fraction = hint.strip('"')
    mends = [{"op": "replace", "path": "/items/1/vat_rate", "value": fraction}] if rate != "150" else []
    assert [dict(operation) for operation in fault.patch] == mends


@pytest.mark.parametrize("reason", [None, ""])
def test_rate_zero_needs_a_reason_of_the_country(reason: str | None) -> None:
    (fault,) = written(profile("ES"), items=[item("0", reason)])
    assert (fault.code, fault.field) == ("missing_vat_exemption_reason", "items/0/vat_exemption_reason")
    assert fault.meta["allowed"] == ["S20", "S21", "S25", "S69", "S84.1.2", "S122"]


def test_rate_zero_with_a_reason_passes() -> None:
    assert written(profile("ES"), items=[item("0.00", "S20")]) == []


def test_a_reason_beside_a_rate_passes_for_the_rate_counts() -> None:
    assert written(profile("FR"), items=[item("0.2", "S261")]) == []


@pytest.mark.parametrize(
    ("country", "regime"), [("FR", "franchise"), ("DE", "kleinunternehmer"), ("IT", "forfettario")]
)
def test_a_regime_gives_the_reason_and_refuses_a_rate(country: str, regime: str) -> None:
    seller = profile(country, vat_regime=regime)
    found = written(seller, items=[item("0"), item("0.05")])
    assert told(found) == [("vat_rate_not_allowed", "items/1/vat_rate")]


@pytest.mark.parametrize(
    ("items", "discount", "is_due"),
    [
        ([item("0", "N2.1", "77.47")], None, False),
        ([item("0", "N2.1", "77.48")], None, True),
        ([item("0", "N4", "40"), item("0", "N1", "40")], None, True),
        ([item("0.22", None, "500")], None, False),
        ([], None, False),
        ([item("0", "N4", "100")], {"type": "percentage", "value": "0.5"}, False),
        ([item("0", "N4", "200")], {"type": "percentage", "value": "0.5"}, True),
    ],
)
def test_stamp_duty_is_for_lines_without_vat_over_its_threshold(
    items: list[dict[str, Any]], discount: dict[str, str] | None, is_due: bool
) -> None:
    found = written(profile("IT"), items=items, discount=discount, stamp_duty_amount="2.00")
    assert told(found) == ([] if is_due else [("stamp_duty_not_due", "stamp_duty_amount")])


def test_stamp_duty_is_not_judged_by_wrong_amounts() -> None:
    items = [item("0", "N4", "10", discount={"type": "absolute", "value": "11"})]
    assert written(profile("IT"), items=items, stamp_duty_amount="2.00") == []


def test_stamp_duty_elsewhere_is_told_once() -> None:
    found = written(profile("FR"), stamp_duty_amount="2.00")
    assert told(found) == [("field_not_available_in_country", "stamp_duty_amount")]


def test_all_faults_are_told_at_once() -> None:
    found = written(
        profile("BE"),
        currency="USD",
        items=[item("21"), item("0")],
        performance_end_date=LAST,
        welfare_fund={"type": "TC01", "rate": "0.04"},
        settings={"transaction_type": "goods"},
    )
    assert told(found) == [
        ("field_not_available_in_country", "welfare_fund"),
        ("field_not_available_in_country", "settings/transaction_type"),
        ("invalid_currency", "currency"),
        ("missing_performance_start_date", "performance_start_date"),
        ("invalid_vat_rate", "items/0/vat_rate"),
        ("missing_vat_exemption_reason", "items/1/vat_exemption_reason"),
    ]

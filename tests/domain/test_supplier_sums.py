"""The sums of an e-invoice are added up again, to the cent: each that does not fit is told, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.domain.einvoice import AllowanceCharge, DocumentTotals, EInvoice, VatGroup
from counterfoil.domain.received_einvoice import ReceivedInvoice, Withholding
from counterfoil.domain.supplier_sums import DISCREPANCIES_MAX, discrepancies
from tests.support.received import AN_INVOICE

LINE = AN_INVOICE.lines[0]


def told(invoice: EInvoice, **more: Any) -> list[tuple[str, str, str]]:
    received = ReceivedInvoice(invoice, more.pop("amount_to_pay", invoice.totals.amount_due), **more)
    return [(each.field, each.expected, each.found) for each in discrepancies(received)]


def with_line(**more: Any) -> EInvoice:
    return replace(AN_INVOICE, lines=(replace(LINE, **more),))


def with_totals(**more: str) -> EInvoice:
    changed: DocumentTotals = replace(AN_INVOICE.totals, **{name: Decimal(value) for name, value in more.items()})
    return replace(AN_INVOICE, totals=changed)


def test_sums_that_fit_are_quiet() -> None:
    assert told(AN_INVOICE) == []


@pytest.mark.parametrize(
    ("invoice", "expected"),
    [
        (with_line(quantity=Decimal(5)), [("items/0/subtotal", "125.00", "100.00")]),
        (with_line(net_price=Decimal("25.01")), [("items/0/subtotal", "100.04", "100.00")]),
        (with_line(vat_percentage=Decimal(7)),
         [("taxes", "0.00", "100.00"), ("taxes", "100.00", "0.00")]),
        (with_totals(line_total="100.01", tax_exclusive="100.01", tax_inclusive="119.01", amount_due="119.01"),
         [("total_amount_excluding_taxes", "100.00", "100.01")]),
        (with_totals(tax_inclusive="119.01", amount_due="119.01"), [("total_amount", "119.00", "119.01")]),
        (with_totals(amount_due="118.00"), [("payable_amount", "119.00", "118.00")]),
        (with_totals(paid_amount="19.00"), [("payable_amount", "100.00", "119.00")]),
        (with_totals(rounding_amount="0.01"), [("payable_amount", "119.01", "119.00")]),
        (with_totals(allowance_total="10.00", tax_exclusive="90.00"), [
            ("total_amount_excluding_taxes", "0.00", "10.00"), ("total_amount", "109.00", "119.00"),
        ]),
    ],
)  # fmt: skip
def test_a_sum_that_does_not_fit_is_told(invoice: EInvoice, expected: list[tuple[str, str, str]]) -> None:
    assert sorted(told(invoice)) == sorted(expected)


@pytest.mark.parametrize("vat", ["18.99", "19.01", "18.01", "19.99"])
def test_a_group_has_no_tolerance_where_official_rules_have_almost_a_euro(vat: str) -> None:
    # BR-CO-17 passes 18.01 and 19.99.
    group = VatGroup("S", Decimal(19), Decimal("100.00"), Decimal(vat))
    gross = Decimal(100) + Decimal(vat)
    totals = replace(AN_INVOICE.totals, vat_total=Decimal(vat), tax_inclusive=gross, amount_due=gross)
    invoice = replace(AN_INVOICE, vat_groups=(group,), totals=totals)
    assert told(invoice) == [("taxes/0/tax_amount", "19.00", vat)]
    (found,) = discrepancies(ReceivedInvoice(invoice, gross))
    assert found.message == f"VAT of 19 % (S) on 100.00 is 19.00; the file says {vat}."


def test_half_a_cent_is_rounded_up_and_may_be_rounded_before_a_discount() -> None:
    for net in ("0.01", "0.02"):
        # 0.025 less 0.01: 0.015 is 0.02, and 0.03 - 0.01 is 0.02 too; 0.01 is neither.
        line = replace(
            LINE, quantity=Decimal(1), net_price=Decimal("0.025"), net_amount=Decimal(net),
            allowances_charges=(AllowanceCharge(False, Decimal("0.01")),),
        )  # fmt: skip
        invoice = replace(AN_INVOICE, lines=(line,))
        assert any(field == "items/0/subtotal" for field, _, _ in told(invoice)) == (net == "0.01")


def test_prices_are_for_their_base_quantity() -> None:
    assert told(with_line(net_price=Decimal(2500), price_base_quantity=Decimal(100))) == []
    # A base of nothing cannot be computed with.
    assert told(with_line(price_base_quantity=Decimal(0))) == []


def test_discounts_and_charges_are_of_the_group_that_they_name() -> None:
    entries = (
        AllowanceCharge(False, Decimal("10.00"), vat_category="S", vat_percentage=Decimal(19)),
        AllowanceCharge(True, Decimal("30.00"), vat_category="S", vat_percentage=Decimal(19)),
    )
    totals = DocumentTotals(*map(Decimal, ("100.00", "10.00", "30.00", "120.00", "22.80", "142.80", "0", "142.80")))
    group = VatGroup("S", Decimal(19), Decimal("120.00"), Decimal("22.80"))
    fitting = replace(AN_INVOICE, allowances_charges=entries, totals=totals, vat_groups=(group,))
    assert told(fitting) == []
    other = replace(entries[1], vat_percentage=Decimal(7))
    assert ("taxes", "30.00", "0.00") in told(replace(fitting, allowances_charges=(entries[0], other)))


def test_a_file_without_lines_is_checked_by_its_groups_and_totals_alone() -> None:
    assert told(replace(AN_INVOICE, lines=())) == []
    assert told(replace(with_totals(tax_inclusive="120.00", amount_due="120.00"), lines=(), vat_groups=())) == [
        ("total_amount", "119.00", "120.00")
    ]


def test_what_is_withheld_is_not_to_be_paid() -> None:
    withheld = (Withholding("RT01", Decimal("20.00")),)
    assert told(AN_INVOICE, withholdings=withheld, amount_to_pay=Decimal("99.00")) == []
    assert told(AN_INVOICE, withholdings=withheld) == [("payable_amount", "99.00", "119.00")]
    assert told(AN_INVOICE, is_split_payment=True, amount_to_pay=Decimal("100.00")) == []


def test_no_more_is_told_than_somebody_reads() -> None:
    invoice = replace(AN_INVOICE, lines=(replace(LINE, quantity=Decimal(5)),) * 200)
    assert len(told(invoice)) == DISCREPANCIES_MAX

"""EInvoice values of every shape, for whoever writes them or reads them back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from counterfoil.domain.einvoice import (
    AllowanceCharge,
    Contact,
    DocumentTotals,
    EInvoice,
    Identifier,
    Line,
    Note,
    Party,
    PaymentInstructions,
    PostalAddress,
    PrecedingInvoice,
    VatGroup,
)

# Whatever XML can carry; "#" is left to UBL, which marks the subject of a note with it.
_LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cn", "Co", "Zl", "Zp"), exclude_characters="#")
words = st.text(_LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
maybe = st.one_of(st.just(""), words)
paragraphs = st.lists(words, min_size=1, max_size=3).map("\n".join)
maybe_paragraphs = st.one_of(st.just(""), paragraphs)
days = st.dates(date(1970, 1, 1), date(2199, 12, 31))
maybe_days = st.none() | days
amounts = st.decimals(Decimal(-(10**9)), Decimal(10**9), places=2)
positive = st.decimals(Decimal("0.01"), Decimal(10**9), places=2)
prices = st.decimals(Decimal(0), Decimal(10**6), places=6)
rates = st.none() | st.decimals(Decimal(0), Decimal(100), places=2)
categories = st.sampled_from(["S", "Z", "E", "AE", "K", "G", "O"])


def identifiers() -> st.SearchStrategy[Identifier]:
    return st.builds(Identifier, words, st.sampled_from(["", "0002", "0225", "EM"]))


def addresses(least: int = 0) -> st.SearchStrategy[PostalAddress]:
    """least: 1 for an address that says something."""
    return st.builds(
        PostalAddress, line_1=words if least else maybe, line_2=maybe, line_3=maybe, city=maybe, post_code=maybe,
        subdivision=maybe, country=st.sampled_from(["FR", "DE", "IT"]),
    )  # fmt: skip


def _in_order(found: list[Identifier]) -> tuple[Identifier, ...]:
    """CII writes those without a scheme first."""
    return tuple(sorted(found, key=lambda each: bool(each.scheme)))


def parties() -> st.SearchStrategy[Party]:
    return st.builds(
        Party,
        name=words,
        address=addresses(),
        trading_name=maybe,
        identifiers=st.lists(identifiers(), max_size=3).map(_in_order),
        legal_registration=st.none() | identifiers(),
        vat_number=maybe,
        tax_number=maybe,
        legal_information=maybe_paragraphs,
        electronic_address=st.none() | identifiers(),
        contact=st.none() | st.builds(Contact, name=words, telephone=maybe, email=maybe),
    )  # fmt: skip


def allowances(*, with_vat: bool) -> st.SearchStrategy[AllowanceCharge]:
    """Of a document, with VAT; or of a line."""
    return st.builds(
        AllowanceCharge,
        is_charge=st.booleans(),
        amount=amounts,
        base_amount=st.none() | amounts,
        percentage=rates,
        reason=maybe,
        reason_code=st.sampled_from(["", "95", "FC"]),
        vat_category=categories if with_vat else st.just(""),
        vat_percentage=rates if with_vat else st.none(),
    )


def lines() -> st.SearchStrategy[Line]:
    return st.builds(
        Line,
        id=words,
        name=words,
        quantity=st.decimals(Decimal(-(10**6)), Decimal(10**6), places=4),
        unit_code=st.sampled_from(["C62", "HUR", "KGM"]),
        net_price=prices,
        net_amount=amounts,
        vat_category=categories,
        vat_percentage=rates,
        description=maybe_paragraphs,
        note=maybe_paragraphs,
        price_base_quantity=st.none() | st.sampled_from([Decimal(1), Decimal(100)]),
        allowances_charges=st.lists(allowances(with_vat=False), max_size=2).map(tuple),
        period_start=maybe_days,
        period_end=maybe_days,
        seller_item_id=maybe,
    )


def totals() -> st.SearchStrategy[DocumentTotals]:
    names = (
        "line_total", "allowance_total", "charge_total", "tax_exclusive", "vat_total", "tax_inclusive", "paid_amount",
        "amount_due", "rounding_amount",
    )  # fmt: skip
    return st.builds(DocumentTotals, **dict.fromkeys(names, amounts))


def groups() -> st.SearchStrategy[VatGroup]:
    return st.builds(
        VatGroup, category=categories, percentage=rates, taxable_amount=amounts, vat_amount=amounts,
        exemption_reason=maybe_paragraphs, exemption_reason_code=maybe,
    )  # fmt: skip


@st.composite
def einvoices(draw: st.DrawFn) -> EInvoice:
    """One invoice or credit note: its sums are nonsense, its terms are all there or not."""
    type_code = draw(st.sampled_from(["380", "381", "384", "386"]))
    payment: PaymentInstructions | None = draw(
        st.none()
        | st.builds(
            PaymentInstructions,
            type_code=st.sampled_from(["30", "58"]),
            text=maybe,
            remittance_information=maybe,
            iban=maybe,
            account_name=maybe,
            bic=maybe,
        )
    )
    more: dict[str, Any] = {
        name: draw(maybe)
        for name in ("process", "buyer_reference", "contract_reference", "purchase_order", "deliver_to_name")
    }
    for name in ("delivery_date", "period_start", "period_end"):
        more[name] = draw(maybe_days)
    return EInvoice(
        specification=draw(words),
        number=draw(words),
        issue_date=draw(days),
        type_code=type_code,
        currency=draw(st.sampled_from(["EUR", "CHF"])),
        seller=draw(parties()),
        buyer=draw(parties()),
        totals=draw(totals()),
        vat_groups=tuple(draw(st.lists(groups(), min_size=1, max_size=3))),
        lines=tuple(draw(st.lists(lines(), max_size=3))),
        tax_point=draw(st.sampled_from(["", "invoice_date", "delivery", "payment"])),
        # UBL has a credit note's due date beside its means of payment.
        due_date=draw(maybe_days) if type_code != "381" or payment else None,
        payment_terms=draw(maybe_paragraphs),
        notes=tuple(draw(st.lists(st.builds(Note, paragraphs, st.sampled_from(["", "PMT", "AAB"])), max_size=3))),
        preceding_invoices=tuple(draw(st.lists(st.builds(PrecedingInvoice, words, maybe_days), max_size=2))),
        deliver_to=draw(st.none() | addresses(1)),
        payment=payment,
        allowances_charges=tuple(draw(st.lists(allowances(with_vat=True), max_size=2))),
        **more,
    )

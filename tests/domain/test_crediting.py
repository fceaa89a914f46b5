"""Credit notes as values: what is left of an invoice, what an amount stands for, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from counterfoil.domain import crediting, rules
from counterfoil.domain.client_invoice import NewClientInvoice
from counterfoil.domain.credit_note import CreditNote, FrozenCreditNote, LiveCreditNote, NewCreditNote
from counterfoil.domain.document import Identity, build_client_invoice
from counterfoil.domain.money import ZERO, cents, from_cents, text
from counterfoil.domain.organization import BankAccount, OrganizationProfile
from counterfoil.errors import Invalid

Document = dict[str, Any]
CLIENT: Document = {"id": "0198c5a5-0000-7000-8000-000000000001", "type": "company", "name": "Client", "locale": "fr"}
INVOICE = Identity("0198c5a5-0000-7000-8000-000000000002", "org", "2026-03-02T09:00:00.000Z", "F-2026-042")
NOTE = Identity("0198c5a5-0000-7000-8000-000000000003", "org", "2026-03-09T09:00:00.000Z", "A-2026-001", "now")
ACCOUNT = BankAccount(
    id="a", organization_id="org", slug="s", name="n", iban="FR7630006000011234567890189", bic="AGRIFRPP", main=True,
    updated_at="",
)  # fmt: skip
TEXTS = (
    "name", "first_name", "last_name", "email", "vat_number", "tax_identification_number", "address", "city",
    "zip_code", "province_code", "country_code", "recipient_code", "locale",
)  # fmt: skip


def profile(country: str = "IT", **more: Any) -> OrganizationProfile:
    return OrganizationProfile.model_validate({"legal_name": "Atelier", "legal_country": country, **more})


def line(price: str, rate: str = "0.2", quantity: str = "1", **more: Any) -> Document:
    unit_price = {"value": price, "currency": "EUR"}
    body = {"title": "Conseil", "quantity": quantity, "unit_price": unit_price, "vat_rate": rate, **more}
    return {name: value for name, value in body.items() if value is not ...}


def invoice(*items: Document, seller: OrganizationProfile | None = None, **more: Any) -> Document:
    body = {"client_id": CLIENT["id"], "issue_date": "2026-03-02", "due_date": "2026-04-01", "currency": "EUR",
            "items": list(items), **more}  # fmt: skip
    new = NewClientInvoice.model_validate_json(json.dumps(body))
    built = build_client_invoice(new, INVOICE, profile=seller or profile(), client=CLIENT, account=ACCOUNT)
    document: Document = json.loads(built.model_dump_json())
    return document


def asked(**more: Any) -> NewCreditNote:
    body = {"invoice_id": INVOICE.id, "issue_date": "2026-03-09", "reason": "Retour", "currency": "EUR", **more}
    return NewCreditNote.model_validate_json(json.dumps(body))


def credit(sold: Document, *earlier: FrozenCreditNote, **more: Any) -> FrozenCreditNote:
    """What the operation does, without a store."""
    new = asked(**more)
    left = crediting.creditable(sold, [json.loads(note.model_dump_json()) for note in earlier])
    lines = crediting.lines_of(new, left)
    seller = crediting.seller_of(sold, profile())
    written = crediting.written(new, lines, sold)
    faults = rules.credit_faults(written, seller) or list(crediting.rate_faults(left, written.items))
    if faults:
        raise Invalid.of(faults)
    note = crediting.build_credit_note(new, written, NOTE, invoice=sold, seller=seller, sums=lines.sums)
    crediting.refuse_excess(left, note, is_split=lines.sums is not None)
    return note


def refusal(sold: Document, *earlier: FrozenCreditNote, **more: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(Invalid) as refused:
        credit(sold, *earlier, **more)
    assert all(fault.fix for fault in refused.value.faults)
    return [(fault.code, fault.field) for fault in refused.value.faults]


def groups(document: FrozenCreditNote) -> list[tuple[str, str, str]]:
    return [(group.vat_rate, group.taxable_amount.value, group.vat_amount.value) for group in document.vat_breakdown]


TWO_RATES = invoice(line("100"), line("100", "0.1"), line("30", "0", vat_exemption_reason="N4"))


def test_a_partial_credit_note_says_which_invoice_it_corrects() -> None:
    note = credit(TWO_RATES, items=[line("40", quantity="2")])
    assert (note.total_amount.value, note.vat_amount.value) == ("96.00", "16.00")
    assert (note.invoice_id, note.invoice_number, str(note.invoice_issue_date)) == (
        INVOICE.id, "F-2026-042", "2026-03-02",
    )  # fmt: skip
    assert note.reason == "Retour"


def test_each_of_the_clients_thirteen_texts_is_there() -> None:
    client = credit(TWO_RATES, amount="10.00").client
    assert {name: client[name] for name in TEXTS} == dict.fromkeys(TEXTS, "") | {"name": "Client", "locale": "fr"}
    assert len(TEXTS) == 13


def test_120_euros_are_with_vat_and_split_over_the_rates() -> None:
    note = credit(TWO_RATES, amount="120.00")
    assert note.total_amount.value == "120.00"
    assert groups(note) == [("0.2", "46.15", "9.23"), ("0.1", "46.15", "4.62"), ("0", "13.85", "0.00")]
    assert {item.title for item in note.items} == {"Avoir sur la facture F-2026-042"}
    assert [item.vat_exemption_reason for item in note.items] == [None, None, "N4"]


@pytest.mark.parametrize("amount", ["120", "120.0", "120.00", {"value": "120.00", "currency": "EUR"}])
def test_an_amount_may_be_written_as_money_or_as_a_text(amount: object) -> None:
    assert credit(TWO_RATES, amount=amount).total_amount.value == "120.00"


@pytest.mark.parametrize("amount", ["120.005", "-1", 120, {"value": "1e3"}, "", "NaN", {"value": "1", "currency": 1}])
def test_an_amount_is_a_positive_text_of_whole_cents(amount: object) -> None:
    with pytest.raises(ValidationError):
        asked(amount=amount)


def test_one_line_without_a_rate_is_the_same_under_its_own_title() -> None:
    note = credit(TWO_RATES, items=[line("60", ..., quantity="2", title="Geste", description="commercial")])
    assert groups(note) == groups(credit(TWO_RATES, amount="120.00"))
    assert {(item.title, item.description, item.quantity) for item in note.items} == {("Geste", "commercial", "1")}


def test_a_rate_of_zero_takes_the_invoices_reason() -> None:
    note = credit(TWO_RATES, items=[line("30", "0")])
    assert [item.vat_exemption_reason for item in note.items] == ["N4"]


def test_the_regime_of_the_invoice_holds_though_the_seller_left_it() -> None:
    franchise = profile("FR", vat_regime="franchise")
    sold = invoice(line("100", "0"), seller=franchise)
    assert groups(credit(sold, items=[line("50", "0")])) == [("0", "50.00", "0.00")]
    assert groups(credit(sold, amount="50")) == [("0", "50.00", "0.00")]
    assert credit(sold, amount="50").mentions == ["TVA non applicable, art. 293 B du CGI"]


def test_the_whole_amount_repeats_the_invoice_line_by_line() -> None:
    sold = invoice(
        line("100", discount={"type": "percentage", "value": "0.1"}), line("50", "0.1"), line("20", quantity="-1"),
        discount={"type": "absolute", "value": "12.34"}, welfare_fund={"type": "TC01", "rate": "0.04"},
        withholding_tax={"rate": "0.20", "reason": "RF01", "payment_reason": "A"},
    )  # fmt: skip
    note = json.loads(credit(sold, amount=sold["total_amount"]).model_dump_json())
    for name in ("items", "discount", "welfare_fund", "withholding_tax", "vat_breakdown", "amount_due", "total_amount"):
        assert note[name] == sold[name], name


def test_withholding_follows_a_part() -> None:
    sold = invoice(line("1000", "0.22"), withholding_tax={"rate": "0.20", "reason": "RF01", "payment_reason": "A"})
    note = credit(sold, amount="122.00")
    assert note.withholding_tax is not None
    assert (note.withholding_tax.amount, note.total_amount.value, note.amount_due.value) == (
        "20.00",
        "122.00",
        "102.00",
    )


def test_stamp_duty_comes_back_last() -> None:
    sold = invoice(line("100", "0", vat_exemption_reason="N4"), stamp_duty_amount="2.00")
    most = credit(sold, amount="99.00")
    rest = credit(sold, most, amount="3.00")
    assert (most.stamp_duty_amount, rest.stamp_duty_amount, rest.total_amount.value) == ("", "2.00", "3.00")


def test_more_than_the_invoice_is_refused_and_says_what_is_left() -> None:
    first = credit(TWO_RATES, amount="200")
    assert refusal(TWO_RATES, first, amount="60.01") == [("credit_notes_exceed_invoice", "amount")]
    with pytest.raises(Invalid) as refused:
        credit(TWO_RATES, first, items=[line("100")])
    meta = refused.value.faults[0].meta
    assert (meta["remaining_amount"], meta["remaining_amount_cents"]) == ({"value": "60.00", "currency": "EUR"}, 6000)
    assert credit(TWO_RATES, first, amount="60").total_amount.value == "60.00"


def test_vat_that_was_not_charged_is_not_given_back() -> None:
    assert refusal(TWO_RATES, items=[line("10", "0.055"), line("10", "0", vat_exemption_reason="N2.2")]) == [
        ("vat_rate_not_on_invoice", "items/0/vat_rate"), ("vat_rate_not_on_invoice", "items/1/vat_rate"),
    ]  # fmt: skip
    assert refusal(TWO_RATES, items=[line("100.01")]) == [("vat_group_exceeded", "items")]
    assert refusal(TWO_RATES, credit(TWO_RATES, items=[line("60")]), items=[line("41")]) == [
        ("vat_group_exceeded", "items")
    ]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, [("missing_value", "items")]),
        ({"amount": "1", "items": [line("1")]}, [("not_allowed_here", "items")]),
        ({"amount": "1", "discount": {"type": "absolute", "value": "1"}}, [("not_allowed_here", "discount")]),
        ({"items": [line("1"), line("1", ...)]}, [("missing_value", "items/1/vat_rate")]),
        ({"items": [line("1", ...)], "stamp_duty_amount": "2.00"}, [("not_allowed_here", "stamp_duty_amount")]),
        ({"amount": "0"}, [("nothing_to_credit", "amount")]),
        ({"items": [line("0")]}, [("nothing_to_credit", "items")]),
        ({"items": [line("0", ...)]}, [("nothing_to_credit", "items")]),
        ({"items": [line("1", "20")]}, [("invalid_vat_rate", "items/0/vat_rate")]),
        ({"items": [line("1", unit_price={"value": "1", "currency": "USD"})]},
         [("invalid_currency", "items/0/unit_price/currency")]),
    ],
)  # fmt: skip
def test_what_stands_for_nothing_is_refused(sent: dict[str, Any], told: list[tuple[str, str]]) -> None:
    assert refusal(TWO_RATES, **sent) == told


def test_negative_quantities_are_not_sent() -> None:
    with pytest.raises(ValidationError):
        asked(items=[line("10", quantity="-1")])


def test_an_amount_cannot_be_told_apart_from_a_welfare_fund() -> None:
    sold = invoice(line("100", "0.22"), welfare_fund={"type": "TC01", "rate": "0.04"})
    assert refusal(sold, amount="10") == [("amount_with_welfare_fund", "amount")]


@pytest.mark.parametrize("sent", [{"amount": "10"}, {"items": [line("10")]}])
def test_of_an_import_nothing_is_known_that_could_be_credited(sent: Document) -> None:
    assert refusal(invoice(), **sent) == [("invoice_without_amounts", "invoice_id")]


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        *((status, kind, "invoice_type_not_creditable") for status, kind in product(
            ("draft", "unpaid", "paid", "canceled"), ("deposit", "balance"))),
        ("draft", "standard", "invoice_not_finalized"),
        ("canceled", "standard", "invoice_already_canceled"),
    ],
)  # fmt: skip
def test_states_and_types_that_take_no_credit_note(status: str, kind: str, code: str) -> None:
    for is_all in (True, False):
        with pytest.raises(Invalid) as refused:
            crediting.invoice_status(status, kind, is_all=is_all)
        assert (refused.value.code, refused.value.faults[0].field) == (code, "invoice_id")
        assert refused.value.faults[0].fix


def test_all_of_it_cancels_an_unpaid_invoice_and_leaves_a_paid_one_paid() -> None:
    following = {
        (status, is_all): crediting.invoice_status(status, "standard", is_all=is_all)
        for status, is_all in product(("unpaid", "paid"), (False, True))
    }
    assert following == {
        ("unpaid", False): "unpaid", ("unpaid", True): "canceled", ("paid", False): "paid", ("paid", True): "paid",
    }  # fmt: skip


def test_frozen_and_live_share_no_key_and_are_the_answer() -> None:
    assert FrozenCreditNote.model_fields.keys().isdisjoint(LiveCreditNote.model_fields)
    answered = {*FrozenCreditNote.model_fields, *LiveCreditNote.model_fields, "invoice_url"}
    assert set(CreditNote.model_fields) == answered


RATES = st.sampled_from(["0.2", "0.1", "0.055", "0.22"])
PRICES = st.integers(0, 10**6).map(lambda price: f"{price / Decimal(100):f}")
LINES = st.lists(st.builds(line, PRICES, RATES, st.integers(1, 9).map(str)), min_size=1, max_size=6)
DISCOUNTS = st.none() | st.sampled_from([{"type": "percentage", "value": "0.15"}, {"type": "percentage", "value": "1"}])


def total_of(notes: Sequence[FrozenCreditNote]) -> Decimal:
    return sum((Decimal(note.total_amount.value) for note in notes), ZERO)


@given(LINES, DISCOUNTS, st.lists(st.integers(1, 10**7), max_size=4))
def test_amounts_come_to_the_cent_and_the_last_one_leaves_nothing(
    items: list[Document], discount: Document | None, wanted: list[int]
) -> None:
    sold = invoice(*items, discount=discount)
    notes: list[FrozenCreditNote] = []
    left = int(sold["total_amount_cents"])
    for amount in [*(each % left + 1 for each in wanted if left), *([0] if left else [])]:
        if not left:
            break
        asked_for = min(amount or left, left)
        notes.append(credit(sold, *notes, amount=text(from_cents(asked_for))))
        assert notes[-1].total_amount_cents == asked_for
        left -= asked_for
        if not left:
            break
    if left:
        notes.append(credit(sold, *notes, amount=text(from_cents(left))))
    assert total_of(notes) == Decimal(sold["total_amount"]["value"])
    taken = crediting.creditable(sold, [json.loads(note.model_dump_json()) for note in notes])
    assert taken.total == 0


@given(LINES, DISCOUNTS, st.integers(1, 10**7))
def test_a_split_credit_note_adds_up_like_any_document(
    items: list[Document], discount: Document | None, wanted: int
) -> None:
    sold = invoice(*items, discount=discount)
    if not sold["total_amount_cents"]:
        return
    note = credit(sold, amount=text(from_cents(wanted % sold["total_amount_cents"] + 1)))
    assert sum(item.subtotal_cents for item in note.items) == note.line_total_amount_cents
    assert sum(item.total_amount_cents for item in note.items) >= note.total_amount_cents
    assert sum(group.taxable_amount_cents for group in note.vat_breakdown) == note.tax_exclusive_amount_cents
    assert sum(group.vat_amount_cents for group in note.vat_breakdown) == note.vat_amount_cents
    assert note.tax_exclusive_amount_cents + note.vat_amount_cents == note.total_amount_cents
    for group in note.vat_breakdown:
        exact = Decimal(group.taxable_amount.value) * Decimal(group.vat_rate)
        assert abs(group.vat_amount_cents - cents(exact)) <= 1


@given(LINES, DISCOUNTS)
def test_the_items_of_the_invoice_credit_all_of_it(items: list[Document], discount: Document | None) -> None:
    sold = invoice(*items, discount=discount)
    if not sold["total_amount_cents"]:
        return
    more = {"discount": discount} if discount else {}
    note = json.loads(credit(sold, items=items, **more).model_dump_json())
    assert note["total_amount"] == sold["total_amount"]
    assert note["vat_breakdown"] == sold["vat_breakdown"]

"""A supplier invoice is filled in from its file; what is wrong with the file becomes a note, never a failure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.domain.einvoice import EInvoice, Identifier, Note, Party, PaymentInstructions, VatGroup
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.received_einvoice import Read, ReceivedInvoice, Unreadable, WelfareFund, Withholding
from counterfoil.domain.supplier_invoice import StoredSupplierInvoice, SupplierInvoiceChange, changed, warnings
from counterfoil.domain.supplier_reading import ITEMS_MAX, filled, findings, unread
from tests.support.received import AN_INVOICE, IBAN, OTHER_IBAN

US = OrganizationProfile(
    legal_name="Boulangerie Martin SARL", legal_country="FR", legal_number="552100554", vat_number="FR96552100554"
)
NOW = "2026-11-23T10:00:00.000Z"
EMPTY = StoredSupplierInvoice(
    id="1", organization_id="o", status="to_review", source="integration", attachment_id="a",
    display_attachment_id="a", file_name="bill.xml", created_at=NOW, updated_at=NOW,
)  # fmt: skip


def read_of(invoice: EInvoice = AN_INVOICE, *, wrapper: Any = "", profile: str = "en16931", **more: Any) -> Read:
    ibans = (invoice.payment.iban,) if invoice.payment else ()
    received = ReceivedInvoice(invoice, invoice.totals.amount_due, **{"ibans": ibans, **more})
    return Read(more.pop("syntax", "cii"), wrapper, profile, (received,))


def shown(read: Read, us: OrganizationProfile = US) -> StoredSupplierInvoice:
    (finding,) = findings(read)
    return filled(EMPTY, finding, us, NOW)


def codes(invoice: StoredSupplierInvoice) -> list[str]:
    return [note.code for note in invoice.reading_notes]


def test_everything_that_the_file_says_is_filled_in() -> None:
    found = shown(read_of())
    assert (found.invoice_number, found.supplier_name, found.issuer_name) == ("R-2026-17", *["Müller & Söhne GmbH"] * 2)
    assert (found.vat_number, found.tin, found.iban) == ("DE136695976", "12/345/67890", IBAN)
    assert (str(found.issue_date), str(found.due_date)) == ("2026-11-02", "2026-12-02")
    amounts = (
        found.total_amount, found.total_amount_excluding_taxes, found.total_tax_amount, found.payable_amount
    )  # fmt: skip
    assert [amount and amount.value for amount in amounts] == ["119.00", "100.00", "19.00", "119.00"]
    assert [(tax.tax_rate, tax.tax_amount.value) for tax in found.taxes] == [("0.19", "19.00")]
    assert (found.is_einvoice, found.analyzed_at, found.source_type) == (True, NOW, "direct_upload")
    assert (found.attachment_category, found.is_credit_note, found.is_attachment_invoice) == ("INVOICE", False, True)
    # The law's own texts are not what it is about.
    assert found.description == "Danke für den Auftrag."
    assert (found.has_discrepancies, found.discrepancies, codes(found)) == (False, [], [])
    assert found.available_actions.pay


def test_lines_become_items() -> None:
    (item,) = shown(read_of()).items
    assert item.model_dump() == {
        "title": "Beratung", "description": "Im November", "quantity": "4", "unit": "HUR",
        "unit_price": {"value": "25.00", "currency": "EUR"}, "vat_rate": "0.19", "vat_exemption_code": None,
        "subtotal": {"value": "100.00", "currency": "EUR"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrapper", "profile", "expected"),
    [("pdf", "en16931", "zugferd"), ("pdf", "xrechnung", "zugferd"), ("", "xrechnung", "xrechnung"),
     ("", "xrechnung_extension", "xrechnung"), ("", "en16931", "cii"), ("p7m", "", "cii")],
)  # fmt: skip
def test_the_type_is_the_apis_where_it_has_one(wrapper: str, profile: str, expected: str) -> None:
    assert shown(read_of(wrapper=wrapper, profile=profile)).e_invoice_type == expected


def test_a_credit_note_is_one() -> None:
    found = shown(read_of(replace(AN_INVOICE, type_code="381")))
    assert (found.is_credit_note, found.attachment_category) == (True, "CREDIT_NOTE")
    assert "is_credit_note" in found.available_actions.reasons.pay


def test_sums_that_do_not_fit_are_told_until_somebody_writes_down_better_ones() -> None:
    totals = replace(AN_INVOICE.totals, tax_inclusive=Decimal("120.00"), amount_due=Decimal("120.00"))
    found = shown(read_of(replace(AN_INVOICE, totals=totals)))
    assert found.has_discrepancies
    (wrong,) = found.discrepancies
    assert (wrong.field, wrong.expected, wrong.found) == ("total_amount", "119.00", "120.00")
    assert "119.00; the file says 120.00" in warnings(found, has_duplicates=False)[0].message
    # When other fields are written down it stays
    assert changed(found, SupplierInvoiceChange(description="looked at")).has_discrepancies
    # And with the right amount it is gone.
    right = SupplierInvoiceChange.model_validate({"total_amount": {"value": "119.00", "currency": "EUR"}})
    assert (changed(found, right).has_discrepancies, changed(found, right).discrepancies) == (False, [])


def test_an_account_that_is_no_iban_is_left_out_and_told() -> None:
    found = shown(read_of(ibans=("DE89370400440532013001",)))
    assert (found.iban, codes(found)) == (None, ["invalid_iban"])
    assert "DE89370400440532013001" in found.reading_notes[0].message
    assert "missing_iban" in found.available_actions.reasons.pay


def test_of_several_accounts_the_first_is_taken_and_the_others_told() -> None:
    found = shown(read_of(ibans=(f"{IBAN[:4]} {IBAN[4:]}", OTHER_IBAN, IBAN)))
    assert (found.iban, codes(found)) == (IBAN, ["several_ibans"])
    assert OTHER_IBAN in found.reading_notes[0].message


@pytest.mark.parametrize(
    ("buyer", "is_ours"),
    [
        (Party("Anything", vat_number="FR96552100554"), True),
        (Party("Anything", vat_number="fr 96 552 100 554"), True),
        (Party("Anything", legal_registration=Identifier("55210055400013", "0009"), tax_number="552100554"), True),
        (Party("BOULANGERIE MARTIN"), True),
        (Party("Boulangerie Martin S.A.R.L."), True),
        (Party(""), True),
        (Party("Boulangerie Martin SARL", vat_number="FR44732829320"), False),
        (Party("Garage Dupont"), False),
    ],
)
def test_whether_it_is_addressed_to_us_is_looked_at(buyer: Party, is_ours: bool) -> None:
    found = shown(read_of(replace(AN_INVOICE, buyer=buyer)))
    assert ("other_buyer" in codes(found)) != is_ours
    assert any(fault.code == "other_buyer" for fault in warnings(found, has_duplicates=False)) != is_ours


def test_texts_are_cut_to_size_and_cleaned_of_what_nobody_sees() -> None:
    seller = replace(AN_INVOICE.seller, name=" A\u202eB\x85C\n\t" + "x" * 300)
    line = replace(AN_INVOICE.lines[0], name="y" * 300, description="<script>alert(1)</script>")
    found = shown(read_of(replace(AN_INVOICE, seller=seller, lines=(line,), notes=(Note("n" * 5000),))))
    assert found.supplier_name is not None
    assert found.supplier_name.startswith("A B C xx")
    assert len(found.supplier_name) == len(found.items[0].title) == 250
    assert len(found.description or "") == 1800
    assert found.items[0].description == "<script>alert(1)</script>"
    fields = {note.field for note in found.reading_notes if note.code == "text_cut"}
    assert fields == {"supplier_name", "items/0/title", "description"}


def test_more_lines_than_are_shown_are_added_up_all_the_same() -> None:
    count = ITEMS_MAX + 1
    invoice = replace(AN_INVOICE, lines=AN_INVOICE.lines * count)
    found = shown(read_of(invoice))
    assert len(found.items) == ITEMS_MAX
    assert "items_cut" in codes(found)
    assert found.discrepancies[0].expected == f"{count}00.00"


def test_taxes_are_one_a_rate() -> None:
    groups = (
        VatGroup("S", Decimal("5.50"), Decimal(100), Decimal("5.50")),
        VatGroup("E", Decimal(0), Decimal(10), Decimal(0)),
        VatGroup("O", None, Decimal(10), Decimal(0)),
        VatGroup("S", None, Decimal(10), Decimal("2.20")),
    )
    found = shown(read_of(replace(AN_INVOICE, vat_groups=groups)))
    assert [(tax.tax_rate, tax.tax_amount.value) for tax in found.taxes] == [
        ("0.055", "5.50"), ("0", "0.00"), ("0.22", "2.20"),
    ]  # fmt: skip


def test_what_italy_adds_is_told() -> None:
    more = {
        "withholdings": (Withholding("RT01", Decimal(20), Decimal(20), "A"),),
        "welfare_funds": (WelfareFund("TC04", Decimal(4)),),
        "stamp_duty": Decimal("2.00"),
        "is_split_payment": True,
    }
    found = shown(read_of(wrapper="p7m", **more))
    assert codes(found) == [
        "signature_not_verified", "withholding", "welfare_fund", "stamp_duty", "split_payment",
    ]  # fmt: skip
    assert found.reading_notes[1].message == "Tax of 20.00 (20 %) is withheld: RT01 A."


def test_amounts_beyond_what_can_be_kept_are_left_out() -> None:
    totals = replace(AN_INVOICE.totals, tax_inclusive=Decimal(10**15))
    line = replace(AN_INVOICE.lines[0], net_price=Decimal(10**15), net_amount=Decimal(10**17))
    found = shown(read_of(replace(AN_INVOICE, totals=totals, lines=(line,))))
    assert (found.total_amount, found.items[0].unit_price, found.items[0].subtotal) == (None, None, None)
    assert "amount_too_large" in codes(found)


def test_a_file_that_cannot_be_read_is_kept_and_says_why() -> None:
    found = filled(EMPTY, unread(Unreadable("xml_damaged", "The XML is damaged.", fix="Ask.")), US, NOW)
    assert (found.is_einvoice, found.invoice_number, found.analyzed_at) == (False, None, NOW)
    assert [(note.code, note.fix) for note in found.reading_notes] == [("xml_damaged", "Ask.")]


def test_without_an_account_there_is_none() -> None:
    found = shown(read_of(replace(AN_INVOICE, payment=PaymentInstructions("10")), ibans=()))
    assert (found.iban, codes(found)) == (None, [])

"""UBL as it is written: its elements and their values. That it is valid is shown elsewhere, by the official rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from lxml import etree

from counterfoil.domain.einvoice_formats import UBL, XRECHNUNG_UBL
from counterfoil.formats import read, ubl
from counterfoil.formats.en16931 import from_document
from tests.support import issued

SCHEMA = "urn:oasis:names:specification:ubl:schema:xsd"
SPACES = {"cac": f"{SCHEMA}:CommonAggregateComponents-2", "cbc": f"{SCHEMA}:CommonBasicComponents-2"}


def tree(*items: dict[str, Any], **more: Any) -> etree._Element:
    return etree.fromstring(ubl.write(from_document(issued.invoice(items or [issued.line()], **more), UBL)))


def texts(root: etree._Element, path: str) -> list[str]:
    found = root.xpath(path, namespaces=SPACES)
    assert isinstance(found, list)
    return [str(node.text) for node in found if isinstance(node, etree._Element)]


def names(node: etree._Element) -> list[str]:
    return [etree.QName(child).localname for child in node]


def test_an_invoice_is_an_invoice_with_its_elements_in_order() -> None:
    root = tree(
        discount={"type": "absolute", "value": "1"}, deposits=[issued.deposit("F-1", "12.00", "2.00")],
        purchase_order="BC-7", buyer_reference="REF", performance_start_date=date(2026, 11, 2),
        terms_and_conditions="30 jours",
    )  # fmt: skip

    assert root.tag == f"{{{SCHEMA}:Invoice-2}}Invoice"
    assert [name for name in names(root) if name != "Note"] == [
        "CustomizationID", "ProfileID", "ID", "IssueDate", "DueDate", "InvoiceTypeCode", "DocumentCurrencyCode",
        "BuyerReference", "InvoicePeriod", "OrderReference", "BillingReference", "AccountingSupplierParty",
        "AccountingCustomerParty", "Delivery", "PaymentMeans", "PaymentTerms", "AllowanceCharge", "TaxTotal",
        "LegalMonetaryTotal", "InvoiceLine",
    ]  # fmt: skip
    assert texts(root, "cbc:ProfileID") == ["M4"]
    assert texts(root, "cac:LegalMonetaryTotal/cbc:PrepaidAmount[@currencyID='EUR']") == ["12.00"]
    assert texts(root, "cac:LegalMonetaryTotal/cbc:PayableAmount[@currencyID='EUR']") == ["106.80"]


def test_a_credit_note_is_a_credit_note_with_credited_quantities() -> None:
    note = issued.credit_note(issued.invoice([issued.line()]))

    root = etree.fromstring(ubl.write(from_document(note, UBL)))

    assert root.tag == f"{{{SCHEMA}:CreditNote-2}}CreditNote"
    assert texts(root, "cbc:CreditNoteTypeCode") == ["381"]
    assert texts(root, "cac:CreditNoteLine/cbc:CreditedQuantity[@unitCode='C62']") == ["1"]
    assert texts(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == ["F-2026-042"]
    assert texts(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:IssueDate") == ["2026-11-20"]
    assert "DueDate" not in names(root)


def test_the_subject_of_a_note_stands_before_it_so_that_a_hash_in_it_is_no_subject() -> None:
    root = tree(header="#abc# est notre rayon")

    notes = texts(root, "cbc:Note")
    assert "#AAI##abc# est notre rayon" in notes
    assert [note[:5] for note in notes].count("#PMT#") == 1


def test_vat_on_receipts_is_432_and_on_debits_3() -> None:
    for condition, code in (("on_receipts", "432"), ("compensated_for_sales", "3")):
        root = tree(of=issued.seller(vat_payment_condition=condition))

        assert texts(root, "cac:InvoicePeriod/cbc:DescriptionCode") == [code]


def test_the_parties_have_their_numbers_with_schemes() -> None:
    root = tree()

    seller, buyer = "cac:AccountingSupplierParty/cac:Party", "cac:AccountingCustomerParty/cac:Party"
    assert texts(root, f"{seller}/cbc:EndpointID[@schemeID='0225']") == ["552100554"]
    assert texts(root, f"{seller}/cac:PartyIdentification/cbc:ID[@schemeID='0009']") == ["55210055400013"]
    assert texts(root, f"{seller}/cac:PartyLegalEntity/cbc:CompanyID[@schemeID='0002']") == ["552100554"]
    assert texts(root, f"{seller}/cac:PartyTaxScheme[cac:TaxScheme/cbc:ID='VAT']/cbc:CompanyID") == ["FR43552100554"]
    assert texts(root, f"{buyer}/cac:PartyLegalEntity/cbc:CompanyID[@schemeID='0002']") == ["303265045"]


def test_a_german_tax_number_is_beside_the_vat_number() -> None:
    root = tree(of=issued.seller("DE"), to=issued.buyer("DE"))

    assert texts(root, "//cac:PartyTaxScheme[cac:TaxScheme/cbc:ID='FC']/cbc:CompanyID") == ["22/815/08151"]
    assert texts(root, "//cac:PartyLegalEntity/cbc:CompanyID[not(@schemeID)]") == ["HRB 154233"]
    assert texts(root, "cac:PaymentMeans/cbc:PaymentMeansCode") == ["58"]


def test_an_exemption_is_said_in_its_group_alone() -> None:
    root = tree(issued.exempt("S293B"), of=issued.seller(vat_regime="franchise"))

    group = "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory"
    assert texts(root, f"{group}/cbc:ID") == ["E"]
    assert texts(root, f"{group}/cbc:Percent") == ["0.00"]
    assert texts(root, f"{group}/cbc:TaxExemptionReasonCode") == ["VATEX-FR-FRANCHISE"]
    assert texts(root, "//cac:ClassifiedTaxCategory/cbc:TaxExemptionReason") == []


def test_nothing_empty_is_written() -> None:
    assert not [node.tag for node in tree().iter("*") if not len(node) and not (node.text or "").strip()]


def test_a_due_date_of_a_credit_note_stands_with_its_payment() -> None:
    original = issued.invoice([issued.line()], buyer_reference="1")
    note = from_document(issued.credit_note(original), XRECHNUNG_UBL)

    root = etree.fromstring(ubl.write(replace(note, due_date=date(2026, 12, 1))))

    assert texts(root, "cac:PaymentMeans/cbc:PaymentDueDate") == ["2026-12-01"]


@pytest.mark.parametrize("fmt", [UBL, XRECHNUNG_UBL])
def test_what_is_written_is_read_back_equal(fmt: Any) -> None:
    document = issued.invoice(
        [
            issued.line("33.33", quantity="-3", unit="palabras", discount={"type": "percentage", "value": "0.1"}),
            issued.line("19.123456", "0.055", quantity="7.25", unit="jours", description="Deux\nlignes"),
            issued.line("900"),
        ],
        to=issued.french_buyer(delivery_address={"street_address": "Tor 4", "city": "Ulm", "zip_code": "1"}),
        deposits=[issued.deposit("F-1", "12.00", "2.00")], discount={"type": "percentage", "value": "0.0333"},
        terms_and_conditions="#SKONTO#TAGE=14#PROZENT=2.25#", buyer_reference="1", header="A\r\nB #x#", footer="C",
    )  # fmt: skip
    invoice = from_document(document, fmt)
    note = from_document(issued.credit_note(issued.invoice([issued.line()], buyer_reference="1")), fmt)

    assert read.read(ubl.write(invoice)).invoices[0].invoice == invoice
    assert read.read(ubl.write(note)).invoices[0].invoice == note

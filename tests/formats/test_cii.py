"""CII as it is written: its elements and their values. That it is valid is shown elsewhere, by the official rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from counterfoil.domain.einvoice_formats import FACTURX, XRECHNUNG_CII
from counterfoil.formats import cii, read
from counterfoil.formats.en16931 import from_document
from counterfoil.formats.page import Appearance
from counterfoil.formats.view import view
from tests.support import issued, sample_documents

SPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
TAX = "//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax"


def tree(*items: dict[str, Any], **more: Any) -> etree._Element:
    return etree.fromstring(cii.write(from_document(issued.invoice(items or [issued.line()], **more), FACTURX)))


def texts(root: etree._Element, path: str) -> list[str]:
    found = root.xpath(path, namespaces=SPACES)
    assert isinstance(found, list)
    return [str(node.text) for node in found if isinstance(node, etree._Element)]


def children(root: etree._Element, path: str) -> list[str]:
    found = root.find(path, SPACES)
    assert found is not None
    return [etree.QName(child).localname for child in found]


def test_it_is_utf_8_with_its_declaration_and_the_same_bytes_each_time() -> None:
    document = issued.invoice([issued.line(title="Élan «»")])

    first, second = (cii.write(from_document(document, FACTURX)) for _ in range(2))

    assert first == second
    assert first.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert "Élan «»".encode() in first


def test_the_head_of_an_invoice() -> None:
    root = tree()

    assert root.tag == f"{{{SPACES['rsm']}}}CrossIndustryInvoice"
    assert texts(root, "//ram:GuidelineSpecifiedDocumentContextParameter/ram:ID") == ["urn:cen.eu:en16931:2017"]
    assert texts(root, "//rsm:ExchangedDocument/ram:TypeCode") == ["380"]
    assert texts(root, "//rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString[@format='102']") == ["20261120"]
    assert {"PMT", "PMD", "AAB"} <= set(texts(root, "//ram:IncludedNote/ram:SubjectCode"))


def test_elements_stand_in_the_schemas_order() -> None:
    root = tree(
        issued.line(discount={"type": "percentage", "value": "0.1"}), deposits=[issued.deposit("F-1", "12.00", "2.00")],
        discount={"type": "absolute", "value": "1"},
    )  # fmt: skip

    transaction = "rsm:SupplyChainTradeTransaction"
    assert children(root, transaction) == [
        "IncludedSupplyChainTradeLineItem", "ApplicableHeaderTradeAgreement", "ApplicableHeaderTradeDelivery",
        "ApplicableHeaderTradeSettlement",
    ]  # fmt: skip
    assert children(root, f"{transaction}/ram:ApplicableHeaderTradeSettlement") == [
        "PaymentReference", "InvoiceCurrencyCode", "SpecifiedTradeSettlementPaymentMeans", "ApplicableTradeTax",
        "SpecifiedTradeAllowanceCharge", "SpecifiedTradePaymentTerms",
        "SpecifiedTradeSettlementHeaderMonetarySummation", "InvoiceReferencedDocument",
    ]  # fmt: skip
    assert children(root, f"{transaction}//ram:SpecifiedTradeSettlementHeaderMonetarySummation") == [
        "LineTotalAmount", "AllowanceTotalAmount", "TaxBasisTotalAmount", "TaxTotalAmount", "GrandTotalAmount",
        "TotalPrepaidAmount", "DuePayableAmount",
    ]  # fmt: skip
    assert children(root, f"{transaction}//ram:SellerTradeParty") == [
        "GlobalID", "Name", "Description", "SpecifiedLegalOrganization", "DefinedTradeContact", "PostalTradeAddress",
        "URIUniversalCommunication", "SpecifiedTaxRegistration",
    ]  # fmt: skip


def test_a_discount_of_a_line_leaves_its_price_and_is_taken_off_its_amount() -> None:
    root = tree(issued.line("100", quantity="3", discount={"type": "percentage", "value": "0.1"}))

    line = "//ram:IncludedSupplyChainTradeLineItem"
    assert texts(root, f"{line}//ram:NetPriceProductTradePrice/ram:ChargeAmount") == ["100"]
    allowance = f"{line}//ram:SpecifiedTradeAllowanceCharge"
    assert texts(root, f"{allowance}/ram:ChargeIndicator/udt:Indicator") == ["false"]
    assert texts(root, f"{allowance}/ram:CalculationPercent") == ["10.00"]
    assert texts(root, f"{allowance}/ram:BasisAmount") == ["300.00"]
    assert texts(root, f"{allowance}/ram:ActualAmount") == ["30.00"]
    assert texts(root, f"{line}//ram:LineTotalAmount") == ["270.00"]


def test_vat_on_receipts_is_72_and_on_debits_5() -> None:
    for condition, code in (("on_receipts", "72"), ("compensated_for_sales", "5")):
        root = tree(of=issued.seller(vat_payment_condition=condition))

        assert texts(root, f"{TAX}/ram:DueDateTypeCode") == [code]


def test_outside_the_scope_of_vat_there_is_no_rate_at_all() -> None:
    root = tree(issued.exempt("S259"), to=issued.buyer("US"), discount={"type": "absolute", "value": "1"})

    assert texts(root, f"{TAX}/ram:CategoryCode") == ["O"]
    assert texts(root, "//ram:RateApplicablePercent") == []
    assert texts(root, "//ram:SpecifiedTaxRegistration/ram:ID") == []


def test_a_credit_note_names_its_invoice_with_its_day() -> None:
    note = issued.credit_note(issued.invoice([issued.line()]))

    root = etree.fromstring(cii.write(from_document(note, FACTURX)))

    assert texts(root, "//rsm:ExchangedDocument/ram:TypeCode") == ["381"]
    reference = "//ram:InvoiceReferencedDocument"
    assert texts(root, f"{reference}/ram:IssuerAssignedID") == ["F-2026-042"]
    assert texts(root, f"{reference}/ram:FormattedIssueDateTime/qdt:DateTimeString[@format='102']") == ["20261120"]
    assert texts(root, "//ram:SpecifiedTradeSettlementPaymentMeans") == []


def test_nothing_empty_is_written_but_the_delivery_that_the_schema_wants() -> None:
    root = tree()

    empty = [etree.QName(node).localname for node in root.iter("*") if not len(node) and not (node.text or "").strip()]
    assert empty == ["ApplicableHeaderTradeDelivery"]


def test_what_xml_cannot_carry_is_left_out() -> None:
    invoice = from_document(issued.invoice([issued.line()]), FACTURX)
    dirty = replace(invoice, lines=(replace(invoice.lines[0], name="a\x00b\ud800\ufffe<&", description="\x0b"),))

    root = etree.fromstring(cii.write(dirty))

    assert texts(root, "//ram:SpecifiedTradeProduct/ram:Name") == ["ab<&"]
    assert texts(root, "//ram:SpecifiedTradeProduct/ram:Description") == []


def test_an_early_payment_discount_on_the_last_line_ends_with_a_line_break() -> None:
    terms = "#SKONTO#TAGE=14#PROZENT=2.25#"
    document = issued.invoice([issued.line()], terms_and_conditions=terms, buyer_reference="1")

    root = etree.fromstring(cii.write(from_document(document, XRECHNUNG_CII)))

    assert texts(root, "//ram:SpecifiedTradePaymentTerms/ram:Description") == [f"{terms}\n"]


PRINTED = sorted(name for name, (kind, _) in sample_documents.KINDS.items() if kind != "quote" and name != "empty")


@pytest.mark.parametrize("name", PRINTED)
def test_the_words_of_the_page_are_in_the_xml_since_the_two_are_alternatives(name: str) -> None:
    # given what a page says in free words; amounts, days and countries have terms of their own
    kind, make = sample_documents.KINDS[name]
    document = make()
    page = view(document, Appearance(), kind)
    words = [page.header, page.seller.name, page.buyer.name, *page.legal_footer, *(row.reason for row in page.vat_rows)]
    words += [word for line in page.lines for word in (line.title, line.description)]
    words += [block.text for block in (*page.texts, page.reason) if block]

    # when
    root = etree.fromstring(cii.write(from_document(document, FACTURX)))

    # then
    said = "\n".join(str(text) for text in root.itertext())
    assert [line for word in words for line in word.split("\n") if line.strip() not in said] == []


@pytest.mark.parametrize("fmt", [FACTURX, XRECHNUNG_CII])
def test_what_is_written_is_read_back_equal(fmt: Any) -> None:
    # given all that can be said at once
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

    assert read.read(cii.write(invoice)).invoices[0].invoice == invoice

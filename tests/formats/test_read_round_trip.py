"""What we write we read back: CII and UBL to equal values, FatturaPA term by term."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from counterfoil.domain.einvoice import EInvoice
from counterfoil.domain.einvoice_formats import FATTURAPA, formats_of
from counterfoil.domain.supplier_sums import discrepancies
from counterfoil.formats import cii, einvoices, en16931, ubl
from counterfoil.formats.read import read
from tests.corpus import generate
from tests.corpus.shapes import SHAPES
from tests.support.einvoice_values import einvoices as any_einvoice
from tests.support.received import AN_INVOICE

CASES = [generate.case(index) for index in range(len(SHAPES))]
_quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_quick
@given(any_einvoice())
@example(AN_INVOICE)
def test_cii_is_read_back_as_it_was(invoice: EInvoice) -> None:
    assert read(cii.write(invoice)).invoice == invoice


@_quick
@given(any_einvoice())
@example(AN_INVOICE)
def test_ubl_is_read_back_as_it_was(invoice: EInvoice) -> None:
    assert read(ubl.write(invoice)).invoice == invoice


@pytest.mark.parametrize("write", [cii.write, ubl.write])
def test_a_difference_of_one_term_is_seen(write: Any) -> None:
    other = replace(AN_INVOICE, lines=(replace(AN_INVOICE.lines[0], net_amount=Decimal("99.99")),))
    assert read(write(other)).invoice != AN_INVOICE


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_issued_document_is_read_back_and_adds_up(case: generate.Case) -> None:
    for fmt in formats_of(case.document):
        found = read(einvoices.xml_of(case.document, fmt))
        (received,) = found.invoices
        assert found.syntax == fmt.syntax
        if fmt == FATTURAPA:
            _same_terms(case.document, received.invoice)
            assert received.amount_to_pay == _value(case.document["amount_due"])
        else:
            assert received.invoice == en16931.from_document(case.document, fmt)
        # A credit note over an amount with VAT may be a cent off, and says so.
        assert len(discrepancies(received)) <= case.vat_slack


def _value(money: dict[str, str]) -> Decimal:
    return Decimal(money["value"])


def _same_terms(document: dict[str, Any], invoice: EInvoice) -> None:
    """What stands in a document stands in its FatturaPA, whatever the two call it."""
    seller, client = document["organization"], document["client"]
    assert (invoice.number, invoice.issue_date.isoformat()) == (document["number"], document["issue_date"])
    assert invoice.currency == document["currency"]
    assert invoice.is_credit_note == ("invoice_id" in document)
    assert invoice.due_date is None or invoice.due_date.isoformat() == document["due_date"]
    assert invoice.seller.vat_number == seller["vat_number"]
    assert invoice.seller.address.city == seller["address_city"]
    assert invoice.buyer.address.country == client["billing_address"]["country_code"]
    # A deposit is deducted by lines of its own, so the sums are those of what is left.
    if not document.get("deposits"):
        assert invoice.totals.tax_inclusive == _value(document["total_amount"])
        assert sum(group.vat_amount for group in invoice.vat_groups) == _value(document["vat_amount"])
        titles = [line.name for line in invoice.lines]
        assert len(titles) >= len(document["items"])

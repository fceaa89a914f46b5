"""E-invoices that others wrote, as they came: what is read of each. Where they are from stands in samples/README.md."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.domain.received_einvoice import NoEInvoice, Read, Unreadable
from counterfoil.domain.supplier_sums import discrepancies
from counterfoil.formats.read import read
from counterfoil.formats.read_p7m import signed_content
from tests.support.received import SAMPLES

# Syntax, wrapper, profile, number, seller, lines, total with VAT, amount to pay.
EXPECTED = {
    "factur-x_en16931.pdf": ("cii", "pdf", "en16931", "F20260023", "LE FOURNISSEUR", 3, "104.90", "104.90"),
    "factur-x_minimum.xml": ("cii", "", "minimum", "F20260023", "LE FOURNISSEUR", 0, "104.90", "104.90"),
    "factur-x_basicwl.xml": ("cii", "", "basicwl", "F20260023", "LE FOURNISSEUR", 0, "104.90", "104.90"),
    "factur-x_extended.xml": ("cii", "", "extended", "F20260023", "LE FOURNISSEUR", 3, "104.90", "104.90"),
    "factur-x_ubl_extended_ctc_fr.xml":
        ("ubl", "", "extended_ctc_fr", "F124212", "Au bon moulin", 2, "308.03", "208.03"),
    "facturex_cii.xml": ("cii", "", "en16931", "FA-2026-0001", "Exemple SARL", 2, "1980.00", "1980.00"),
    "facturex_ubl.xml": ("ubl", "", "", "FA-2026-0002", "Exemple SARL", 1, "300.00", "300.00"),
    "mock-einvoice_peppol_creditnote.xml":
        ("ubl", "", "peppol", "GLX-4711-C", "Globex GmbH", 2, "1190.00", "1190.00"),
    "xrechnung_01.12a_ubl.xml": ("ubl", "", "xrechnung", "Rechnungsnummer", "[Seller name]", 5, "305.37", "305.37"),
    # Lines below a line are not counted twice.
    "xrechnung_extension_04.02a_ubl.xml":
        ("ubl", "", "xrechnung_extension", "12345", "[Seller name]", 1, "32.99", "32.99"),
    # What is collected for somebody else is in the amount due alone.
    "xrechnung_extension_05.01a_ubl.xml":
        ("ubl", "", "xrechnung_extension", "123456XX", "[Seller name]", 2, "336.90", "366.86"),
    "fatturapa-mcp-server_v12.xml":
        ("fatturapa", "", "FPR12", "2023/042", "Test Fornitore Srl", 1, "244.00", "244.00"),
    "a38_dati_trasporto.xml": ("fatturapa", "", "FPR12", "1", "Test denominazione", 5, "123.45", "-751.55"),
    "a38_unicode.xml": ("fatturapa", "", "FPR12", "1", "Astérix le Gaulois", 1, "81.13", "81.13"),
}  # fmt: skip
# These were made up without care for their sums.
ODD_SUMS = {"a38_dati_trasporto.xml": 1, "a38_unicode.xml": 3}


def sample(name: str) -> Read:
    return read((SAMPLES / name).read_bytes())


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_is_read(name: str) -> None:
    found = sample(name)
    (received,) = found.invoices
    invoice = received.invoice
    syntax, wrapper, profile, number, seller, lines, total, to_pay = EXPECTED[name]
    assert (found.syntax, found.wrapper, found.profile) == (syntax, wrapper, profile)
    assert (invoice.number, invoice.seller.name, len(invoice.lines)) == (number, seller, lines)
    assert (invoice.totals.tax_inclusive, received.amount_to_pay) == (Decimal(total), Decimal(to_pay))
    assert len(discrepancies(received)) == ODD_SUMS.get(name, 0)


def test_every_sample_is_among_the_expected() -> None:
    others = {"README.md", "LICENSES.txt", "factur-x_zugferd_1.xml", "a38_text.p7m"}
    assert {path.name for path in SAMPLES.iterdir()} == EXPECTED.keys() | others


def test_the_terms_of_a_sample_are_where_they_belong() -> None:
    invoice = sample("factur-x_ubl_extended_ctc_fr.xml").invoice
    assert (invoice.seller.vat_number, invoice.seller.address.country) == ("FR11999999998", "FR")
    assert invoice.totals.paid_amount == Decimal("100.00")
    assert {note.subject_code for note in invoice.notes} >= {"PMD", "PMT", "AAB"}
    assert sample("mock-einvoice_peppol_creditnote.xml").invoice.is_credit_note
    assert len(sample("xrechnung_01.12a_ubl.xml").invoices[0].ibans) == 3


def test_zugferd_1_is_recognised_and_said_to_be_too_old() -> None:
    with pytest.raises(Unreadable, match=r"ZUGFeRD 1\.0") as refused:
        sample("factur-x_zugferd_1.xml")
    assert refused.value.code == "zugferd_1"
    assert refused.value.faults[0].fix


def test_what_was_signed_is_found_in_a_real_signature() -> None:
    # Given a text signed by a certified signer: it is no invoice, and is said to be none.
    content = (SAMPLES / "a38_text.p7m").read_bytes()
    assert signed_content(content).decode().startswith("This is only a test payload.")
    with pytest.raises(NoEInvoice):
        read(content)

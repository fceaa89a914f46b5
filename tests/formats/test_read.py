"""What a file is, is told from its bytes: PDF, signed or plain; CII, UBL or FatturaPA, however it is spelled."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterfoil.domain.received_einvoice import NoEInvoice, Unreadable
from counterfoil.formats import cii, ubl
from counterfoil.formats.read import profile_of, read
from tests.support import hostile_files
from tests.support.received import AN_INVOICE, SAMPLES, lot, pdf_with, signed, signed_in_pieces

CII, UBL = cii.write(AN_INVOICE), ubl.write(AN_INVOICE)
FATTURA = (SAMPLES / "fatturapa-mcp-server_v12.xml").read_bytes()
FSM10 = """<?xml version="1.0" encoding="UTF-8"?>
<p:FatturaElettronicaSemplificata versione="FSM10"
 xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.0">
 <FatturaElettronicaHeader>
  <DatiTrasmissione><FormatoTrasmissione>FSM10</FormatoTrasmissione></DatiTrasmissione>
  <CedentePrestatore><IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>07643520567</IdCodice></IdFiscaleIVA>
   <Denominazione>Trattoria da Gino</Denominazione><Sede><Indirizzo>Via Roma 1</Indirizzo><CAP>20121</CAP>
   <Comune>Milano</Comune><Provincia>MI</Provincia><Nazione>IT</Nazione></Sede></CedentePrestatore>
  <CessionarioCommittente><IdentificativiFiscali><CodiceFiscale>RSSMRA85T10A562S</CodiceFiscale></IdentificativiFiscali>
   <AltriDatiIdentificativi><Nome>Mario</Nome><Cognome>Rossi</Cognome></AltriDatiIdentificativi>
  </CessionarioCommittente>
 </FatturaElettronicaHeader>
 <FatturaElettronicaBody>
  <DatiGenerali><DatiGeneraliDocumento><TipoDocumento>TD07</TipoDocumento><Divisa>EUR</Divisa><Data>2026-11-02</Data>
   <Numero>S/9</Numero></DatiGeneraliDocumento></DatiGenerali>
  <DatiBeniServizi><Descrizione>Pranzo</Descrizione><Importo>110.00</Importo><DatiIVA><Aliquota>10.00</Aliquota></DatiIVA>
  </DatiBeniServizi>
  <DatiBeniServizi><Descrizione>Vino</Descrizione><Importo>12.20</Importo><DatiIVA><Imposta>2.20</Imposta></DatiIVA>
  </DatiBeniServizi>
 </FatturaElettronicaBody>
</p:FatturaElettronicaSemplificata>"""


@pytest.mark.parametrize(
    "name", ["factur-x.xml", "zugferd-invoice.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml", "a.xml"]
)
def test_the_xml_in_a_pdf_is_read_whatever_its_name(name: str) -> None:
    found = read(pdf_with((name, CII)))
    assert (found.wrapper, found.syntax, found.invoice) == ("pdf", "cii", AN_INVOICE)


def test_of_several_files_the_standards_name_wins() -> None:
    other = cii.write(replace(AN_INVOICE, number="OTHER"))
    content = pdf_with(("a.xml", other), ("factur-x.xml", CII), ("zugferd-invoice.xml", other), ("b.csv", b"1,2"))
    assert read(content).invoice.number == AN_INVOICE.number


@pytest.mark.parametrize("content", [hostile_files.PLAIN_PDF, pdf_with(), pdf_with(("b.csv", b"1,2")), b"", b"hello"])
def test_what_carries_no_einvoice_is_said_to_carry_none(content: bytes) -> None:
    with pytest.raises(NoEInvoice) as refused:
        read(content)
    assert refused.value.faults[0].fix


@pytest.mark.parametrize(
    "wrap",
    [signed, signed_in_pieces, lambda xml: base64.encodebytes(signed(xml)), lambda xml: signed(signed(xml)),
     lambda xml: b"-----BEGIN PKCS7-----\n" + base64.encodebytes(signed(xml)) + b"-----END PKCS7-----\n"],
    ids=["der", "ber", "base64", "twice", "pem"],
)  # fmt: skip
def test_a_signed_file_is_opened(wrap: Callable[[bytes], bytes]) -> None:
    found = read(wrap(FATTURA))
    assert (found.wrapper, found.syntax, found.invoice) == ("p7m", "fatturapa", read(FATTURA).invoice)


@pytest.mark.parametrize(
    "spelled",
    [
        lambda text: text.encode("utf-16"),
        lambda text: text.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16-le"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: b"\n " + text.encode(),
        lambda text: text.replace("encoding='UTF-8'", "encoding='iso-8859-1'").encode("latin-1"),
        lambda text: text.replace("encoding='UTF-8'", "encoding='windows-1252'").encode("cp1252"),
        lambda text: text.split("?>", 1)[1].strip().encode(),
        lambda text: text.replace("?>", "?><!-- a --><?b c?>\n<!-- <!DOCTYPE d> -->", 1).encode(),
        lambda text: text.replace("<ram:Name>", "<ram:Name><!-- a -->"),
    ],
    ids=["utf-16", "utf-16 without mark", "utf-8 mark", "space", "latin-1", "cp1252", "bare", "comments", "inside"],
)
def test_every_usual_encoding_is_read(spelled: Callable[[str], bytes | str]) -> None:
    # Euros and quotes are in none of the one-byte ones but Windows'.
    text = CII.decode().replace("€", "EUR")
    content = spelled(text)
    found = read(content if isinstance(content, bytes) else content.encode()).invoice
    assert (found.seller, found.lines) == (AN_INVOICE.seller, AN_INVOICE.lines)


def test_prefixes_are_the_writers_choice() -> None:
    assert read(CII.replace(b"ram:", b"x:").replace(b":ram", b":x")).invoice == AN_INVOICE
    spelled = UBL.replace(b"<Invoice ", b"<u:Invoice xmlns:u='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2' ")
    assert read(spelled.replace(b"</Invoice>", b"</u:Invoice>")).invoice == AN_INVOICE
    everywhere = FATTURA.replace(b"<FatturaElettronicaHeader>", b"<FatturaElettronicaHeader xmlns='urn:any'>")
    assert read(everywhere).invoice == read(FATTURA).invoice


def test_a_lot_holds_several_invoices() -> None:
    found = read(lot(3))
    assert [each.invoice.number for each in found.invoices] == ["2023/042", "2023/043", "2023/044"]
    with pytest.raises(Unreadable, match="101 invoices"):
        read(lot(101))


def test_a_simplified_fattura_has_its_prices_without_vat() -> None:
    found = read(FSM10.encode())
    invoice = found.invoice
    assert (found.profile, invoice.seller.name, invoice.buyer.name) == ("FSM10", "Trattoria da Gino", "Mario Rossi")
    assert [line.net_amount for line in invoice.lines] == [Decimal("100.00"), Decimal("10.00")]
    assert (invoice.totals.vat_total, invoice.totals.tax_inclusive) == (Decimal("12.20"), Decimal("122.20"))
    assert invoice.issue_date == date(2026, 11, 2)


def test_an_italian_professionals_invoice_says_what_en_16931_lacks() -> None:
    extra = (
        b"<DatiRitenuta><TipoRitenuta>RT01</TipoRitenuta><ImportoRitenuta>40.00</ImportoRitenuta>"
        b"<AliquotaRitenuta>20.00</AliquotaRitenuta><CausalePagamento>A</CausalePagamento></DatiRitenuta>"
        b"<DatiBollo><BolloVirtuale>SI</BolloVirtuale><ImportoBollo>2.00</ImportoBollo></DatiBollo>"
        b"<DatiCassaPrevidenziale><TipoCassa>TC04</TipoCassa><AlCassa>4.00</AlCassa>"
        b"<ImportoContributoCassa>8.00</ImportoContributoCassa><ImponibileCassa>200.00</ImponibileCassa>"
        b"<AliquotaIVA>22.00</AliquotaIVA></DatiCassaPrevidenziale></DatiGeneraliDocumento>"
    )
    (received,) = read(FATTURA.replace(b"</DatiGeneraliDocumento>", extra)).invoices
    (withheld,), (fund,) = received.withholdings, received.welfare_funds
    assert (withheld.kind, withheld.amount, withheld.payment_reason) == ("RT01", Decimal(40), "A")
    assert (fund.kind, fund.amount, received.stamp_duty) == ("TC04", Decimal(8), Decimal(2))
    assert [each.amount for each in received.invoice.allowances_charges] == [Decimal(8)]
    assert received.amount_to_pay == Decimal("204.00")


def test_lines_that_only_group_are_no_items() -> None:
    grouping = b"<ram:AssociatedDocumentLineDocument><ram:LineID>0</ram:LineID>"
    grouping += b"<ram:LineStatusReasonCode>GROUP</ram:LineStatusReasonCode></ram:AssociatedDocumentLineDocument>"
    line = b"<ram:IncludedSupplyChainTradeLineItem>"
    content = CII.replace(line, line + grouping + b"</ram:IncludedSupplyChainTradeLineItem>" + line, 1)
    (received,) = read(content).invoices
    assert len(received.invoice.lines) == 1
    assert [note.code for note in received.notes] == ["lines_without_amount"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (CII[:-40], "xml_damaged"),
        (CII.replace(b"UTF-8", b"UTF-7"), "xml_encoding"),
        (CII.replace("ü".encode(), b"\xfc"), "xml_damaged"),
        (CII.replace(b">4<", b">four<"), "einvoice_invalid_number"),
        (CII.replace(b">4<", "\u0664".encode().join((b">", b"<"))), "einvoice_invalid_number"),
        (CII.replace(b">4<", b">1e9<"), "einvoice_invalid_number"),
        (CII.replace(b">4<", b">NaN<"), "einvoice_invalid_number"),
        (CII.replace(b"20261102", b"20261302"), "einvoice_invalid_date"),
        (CII.replace(b"20261102", b"00011102"), "einvoice_invalid_date"),
        (CII.replace(b">EUR<", b">euros<"), "einvoice_invalid_currency"),
        (CII.replace(b"R-2026-17", b" "), "einvoice_incomplete"),
        (UBL.replace(b"LegalMonetaryTotal", b"Other"), "einvoice_incomplete"),
        (UBL.replace(b"AccountingSupplierParty", b"Other"), "einvoice_incomplete"),
        (FATTURA.replace(b"Numero>", b"Other>"), "einvoice_incomplete"),
        (FATTURA.replace(b"FatturaElettronicaBody>", b"Other>"), "einvoice_incomplete"),
        (pdf_with(("factur-x.xml", CII), password="secret"), "pdf_encrypted"),
        (pdf_with(("factur-x.xml", CII[:-40])), "xml_damaged"),
        (b"%PDF-1.7 /ObjStm", "pdf_damaged"),
        (signed(FATTURA)[:-50], "p7m_damaged"),
        (b"MIIB" + b"A" * 60 + b"*", "p7m_damaged"),
        (signed(signed(signed(signed(FATTURA)))), "p7m_damaged"),
    ],
)  # fmt: skip
def test_broken_input_is_told_in_plain_words(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(content)
    (fault,) = refused.value.faults
    assert fault.code == code
    assert fault.message.endswith(".")
    assert fault.fix


@pytest.mark.parametrize(
    ("specification", "profile"),
    [
        ("urn:cen.eu:en16931:2017", "en16931"),
        ("urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic", "basic"),
        ("urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended", "extended"),
        ("urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr", "extended_ctc_fr"),
        ("urn:cen.eu:en16931:2017#compliant#urn:zugferd.de:2p0:basic", "basic"),
        ("urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0", "xrechnung"),
        ("urn:cen.eu:en16931:2017#compliant#urn:xoev-de:kosit:standard:xrechnung_2.0", "xrechnung"),
        ("urn:something:else", ""),
    ],
)
def test_a_profile_has_a_short_name(specification: str, profile: str) -> None:
    assert profile_of(specification) == profile

"""The controls of SdI, as tests work them out: each is broken once, and found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import pytest
from lxml import etree

from counterfoil.formats import fatturapa
from tests.support.fatturapa_controls import codes
from tests.support.italian import PERSON, credit_note, invoice, line

WHOLE: Final = invoice(
    line("100", quantity="2", discount={"type": "percentage", "value": "0.1"}),
    line("80", "0", vat_exemption_reason="N4"),
    welfare_fund={"type": "TC22", "rate": "0.04"},
    withholding_tax={"reason": "RF01", "rate": "0.20", "payment_reason": "A"},
    stamp_duty_amount="2.00",
)
PRIVATE: Final = invoice(line("100"), client=PERSON)
NOTE: Final = credit_note(invoice(line("100")))
GENERAL: Final = "FatturaElettronicaBody/DatiGenerali/DatiGeneraliDocumento/"
GOODS: Final = "FatturaElettronicaBody/DatiBeniServizi/"
BUYER: Final = "FatturaElettronicaHeader/CessionarioCommittente/DatiAnagrafici/"
SELLER: Final = "FatturaElettronicaHeader/CedentePrestatore/DatiAnagrafici/"
SENT: Final = "FatturaElettronicaHeader/DatiTrasmissione/"
Change = Callable[[etree._Element], None]


def put(path: str, text: str) -> Change:
    """Another text where there is one."""

    def change(root: etree._Element) -> None:
        element = root.find(path)
        assert element is not None, path
        element.text = text

    return change


def drop(path: str) -> Change:
    def change(root: etree._Element) -> None:
        element = root.find(path)
        assert element is not None, path
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return change


def append(path: str, tag: str, text: str = "") -> Change:
    """One element more in the one at `path`."""

    def change(root: etree._Element) -> None:
        element = root.find(path)
        assert element is not None, path
        etree.SubElement(element, tag).text = text

    return change


def both(first: Change, second: Change) -> Change:
    def change(root: etree._Element) -> None:
        first(root)
        second(root)

    return change


def test_what_is_written_passes() -> None:
    for document in (WHOLE, PRIVATE, NOTE):
        assert codes(fatturapa.write(document)) == []


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("00301", put(SELLER + "IdFiscaleIVA/IdCodice", "07643520568")),
        ("00302", put(SELLER + "CodiceFiscale", "BNCGLI80A41F205A")),
        ("00305", put(BUYER + "IdFiscaleIVA/IdCodice", "00743110158")),
        ("00306", append(BUYER[:-1], "CodiceFiscale", "RSSMRA85T10A562X")),
        ("00313", put(SENT + "CodiceDestinatario", "XXXXXXX")),
        ("00400", drop(GOODS + "DettaglioLinee[2]/Natura")),
        ("00401", append(GOODS + "DettaglioLinee[1]", "Natura", "N4")),
        ("00411", drop(GENERAL + "DatiRitenuta")),
        ("00413", drop(GENERAL + "DatiCassaPrevidenziale[2]/Natura")),
        ("00414", append(GENERAL + "DatiCassaPrevidenziale[1]", "Natura", "N4")),
        ("00415", drop(GENERAL + "DatiRitenuta")),
        ("00417", drop(BUYER + "IdFiscaleIVA")),
        ("00419", both(drop(GOODS + "DatiRiepilogo[3]"), both(drop(GOODS + "DatiRiepilogo[2]"),
                                                              drop(GOODS + "DatiRiepilogo[1]")))),
        ("00420", both(put(GOODS + "DatiRiepilogo[2]/Natura", "N6.1"),
                       append(GOODS + "DatiRiepilogo[2]", "EsigibilitaIVA", "S"))),
        ("00421", put(GOODS + "DatiRiepilogo[1]/Imposta", "41.20")),
        ("00422", put(GOODS + "DatiRiepilogo[2]/ImponibileImporto", "84.21")),
        ("00423", put(GOODS + "DettaglioLinee[1]/PrezzoTotale", "180.02")),
        ("00424", put(GOODS + "DettaglioLinee[1]/AliquotaIVA", "0.22")),
        ("00425", put(GENERAL + "Numero", "F-A")),
        ("00426", append(SENT[:-1], "PECDestinatario", "a@pec.example")),
        ("00427", put(SENT + "CodiceDestinatario", "ABC123")),
        ("00428", put(SENT + "FormatoTrasmissione", "FPA12")),
        ("00429", drop(GOODS + "DatiRiepilogo[2]/Natura")),
        ("00430", append(GOODS + "DatiRiepilogo[1]", "Natura", "N4")),
        ("00437", append(GENERAL[:-1], "ScontoMaggiorazione")),
        ("00438", drop(GOODS + "DettaglioLinee[1]/ScontoMaggiorazione/Percentuale")),
        ("00443", put(GOODS + "DatiRiepilogo[1]/AliquotaIVA", "10.00")),
        ("00444", put(GOODS + "DatiRiepilogo[2]/Natura", "N2.1")),
        ("00445", put(GOODS + "DettaglioLinee[2]/Natura", "N2")),
        ("00471", put(BUYER + "IdFiscaleIVA/IdCodice", "07643520567")),
        ("00472", put(GENERAL + "TipoDocumento", "TD27")),
        ("00473", put(GENERAL + "TipoDocumento", "TD17")),
        ("00474", put(GENERAL + "TipoDocumento", "TD21")),
        ("00475", both(put(GENERAL + "TipoDocumento", "TD16"), drop(BUYER + "IdFiscaleIVA"))),
        ("00476", both(put(SELLER + "IdFiscaleIVA/IdPaese", "DE"), put(BUYER + "IdFiscaleIVA/IdPaese", "FR"))),
    ],
)  # fmt: skip
def test_each_control_finds_what_breaks_it(code: str, change: Change) -> None:
    root = etree.fromstring(fatturapa.write(WHOLE))
    change(root)
    assert code in codes(etree.tostring(root))


def test_a_credit_note_may_not_be_older_than_its_invoice() -> None:
    root = etree.fromstring(fatturapa.write(NOTE))
    put("FatturaElettronicaBody/DatiGenerali/DatiFattureCollegate/Data", "2026-03-10")(root)
    assert codes(etree.tostring(root)) == ["00418"]


def test_a_file_may_not_be_dated_ahead() -> None:
    assert codes(fatturapa.write(WHOLE), received=date(2026, 3, 1)) == ["00403"]

"""FatturaPA: where each thing that an Italian document says stands in its file."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from counterfoil.formats import fatturapa
from tests.support.fatturapa_controls import refusals
from tests.support.italian import (
    COMPANY,
    GERMAN,
    INVOICE,
    PERSON,
    Document,
    credit_note,
    invoice,
    line,
    seller,
)
from tests.support.judges.xml import schema_faults

GENERAL = "FatturaElettronicaBody/DatiGenerali/DatiGeneraliDocumento"
LINES = "FatturaElettronicaBody/DatiBeniServizi/DettaglioLinee"
SUMMARIES = "FatturaElettronicaBody/DatiBeniServizi/DatiRiepilogo"
SENT = "FatturaElettronicaHeader/DatiTrasmissione"
SELLER = "FatturaElettronicaHeader/CedentePrestatore"
BUYER = "FatturaElettronicaHeader/CessionarioCommittente"
PAYMENT = "FatturaElettronicaBody/DatiPagamento"


def written(document: Document) -> etree._Element:
    """The file of a document, once its schema and SdI's controls find nothing in it."""
    xml = fatturapa.write(document)
    root = etree.fromstring(xml)
    assert schema_faults(etree.fromstring(xml), "FatturaPA") == []
    assert refusals(xml) == []
    return root


def text(root: etree._Element, path: str) -> str:
    return root.findtext(path) or ""


def texts(root: etree._Element, path: str, *children: str) -> list[Any]:
    """For each element at `path` its own text, or those of its children."""
    found = root.findall(path)
    if not children:
        return [element.text for element in found]
    return [tuple(element.findtext(child) or "" for child in children) for element in found]


@pytest.mark.parametrize(
    ("is_professional", "invoice_type", "kind"),
    [
        (False, "standard", "TD01"), (False, "deposit", "TD02"), (True, "deposit", "TD03"), (True, "standard", "TD06"),
        (False, "balance", "TD01"),
    ],
)  # fmt: skip
def test_the_type_follows_from_who_bills_what(is_professional: bool, invoice_type: str, kind: str) -> None:
    profile = seller(is_professional=is_professional)
    root = written(invoice(line("100"), profile=profile, invoice_type=invoice_type))
    assert text(root, f"{GENERAL}/TipoDocumento") == kind


def test_a_plain_invoice_says_what_the_api_says() -> None:
    root = written(invoice(line("100", quantity="2.5", unit="hour"), line("40", "0.1"), purchase_order="PO-7"))
    assert texts(root, GENERAL, "Divisa", "Data", "Numero", "ImportoTotaleDocumento") == [
        ("EUR", "2026-03-02", "F-2026-042", "349.00")
    ]
    assert texts(root, LINES, "NumeroLinea", "Quantita", "UnitaMisura", "PrezzoUnitario", "PrezzoTotale") == [
        ("1", "2.50", "h", "100.00", "250.00"), ("2", "1.00", "", "40.00", "40.00"),
    ]  # fmt: skip
    assert texts(root, SUMMARIES, "AliquotaIVA", "ImponibileImporto", "Imposta", "EsigibilitaIVA") == [
        ("22.00", "250.00", "55.00", "I"), ("10.00", "40.00", "4.00", "I"),
    ]  # fmt: skip
    assert texts(root, f"{PAYMENT}/DettaglioPagamento", "ModalitaPagamento", "DataScadenzaPagamento",
                 "ImportoPagamento", "IBAN", "BIC") == [
        ("MP05", "2026-04-01", "349.00", "IT60X0542811101000000123456", "BLOPIT22")
    ]  # fmt: skip
    assert text(root, f"{PAYMENT}/CondizioniPagamento") == "TP02"
    assert texts(root, "FatturaElettronicaBody/DatiGenerali/DatiOrdineAcquisto/IdDocumento") == ["PO-7"]


def test_the_same_document_gives_the_same_bytes() -> None:
    document = invoice(line("100"))
    assert fatturapa.write(document) == fatturapa.write(dict(reversed(document.items())))


def test_how_it_is_to_be_paid_is_what_was_asked() -> None:
    root = written(invoice(line("100"), payment_reporting={"conditions": "TP01", "method": "MP12"}))
    assert text(root, f"{PAYMENT}/CondizioniPagamento") == "TP01"
    assert text(root, f"{PAYMENT}/DettaglioPagamento/ModalitaPagamento") == "MP12"


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "said"),
    [
        ("2", "100", {"type": "percentage", "value": "0.1"}, [("SC", "10.00", "")]),
        ("3", "100", {"type": "absolute", "value": "1"}, [("SC", "", "0.33333333")]),
        # 33.3333 % has no two decimals: then it is an amount.
        ("1", "90", {"type": "percentage", "value": "0.333333"}, [("SC", "", "30.00")]),
        ("-2", "100", {"type": "percentage", "value": "0.1"}, [("SC", "10.00", "")]),
    ],
)
def test_a_discount_is_one_of_the_price(
    quantity: str, price: str, discount: Document, said: list[tuple[str, str, str]]
) -> None:
    document = invoice(line(price, quantity=quantity, discount=discount), line("1000"))
    root = written(document)
    assert texts(root, f"{LINES}[1]/ScontoMaggiorazione", "Tipo", "Percentuale", "Importo") == said
    assert text(root, f"{LINES}[1]/PrezzoTotale") == document["items"][0]["subtotal"]["value"]


@pytest.mark.parametrize(
    ("quantity", "price", "discount"),
    [
        ("3000000", "0.01", {"type": "absolute", "value": "1"}),  # a unit's would need more than eight decimals
        ("-3", "33.33", {"type": "percentage", "value": "0.333333"}),
    ],
)
def test_a_discount_that_fits_no_price_stands_below(quantity: str, price: str, discount: Document) -> None:
    document = invoice(line(price, quantity=quantity, discount=discount), line("50000"))
    root = written(document)
    gross, off = (Decimal(total) for total in texts(root, f"{LINES}/PrezzoTotale")[:2])
    assert root.find(f"{LINES}/ScontoMaggiorazione") is None
    assert gross + off == Decimal(document["items"][0]["subtotal"]["value"])
    assert texts(root, LINES, "TipoCessionePrestazione", "Descrizione")[1] == ("SC", "Sconto")


def test_a_returned_good_has_a_negative_price() -> None:
    root = written(invoice(line("100", quantity="-2"), line("500")))
    assert texts(root, LINES, "Quantita", "PrezzoUnitario", "PrezzoTotale")[0] == ("2.00", "-100.00", "-200.00")


def test_a_global_discount_is_a_line_for_each_rate() -> None:
    """SdI does not know it otherwise: a discount of the document alone breaks 00422."""
    root = written(invoice(line("100"), line("50", "0.1"), discount={"type": "absolute", "value": "10"}))
    assert texts(root, LINES, "Descrizione", "PrezzoTotale", "AliquotaIVA")[2:] == [
        ("Sconto", "-6.67", "22.00"), ("Sconto", "-3.33", "10.00"),
    ]  # fmt: skip
    assert texts(root, SUMMARIES, "ImponibileImporto", "Imposta") == [("93.33", "20.53"), ("46.67", "4.67")]


def test_withholding_says_what_is_held_back_and_on_which_lines() -> None:
    tax = {"reason": "RF02", "rate": "0.20", "payment_reason": "A"}
    root = written(invoice(line("1000"), withholding_tax=tax, stamp_duty_amount="2.00",
                           discount={"type": "percentage", "value": "0.1"}))  # fmt: skip
    assert texts(root, f"{GENERAL}/DatiRitenuta", "TipoRitenuta", "ImportoRitenuta", "AliquotaRitenuta",
                 "CausalePagamento") == [("RT02", "180.00", "20.00", "A")]  # fmt: skip
    assert texts(root, LINES, "Descrizione", "Ritenuta") == [
        ("Consulenza", "SI"), ("Sconto", "SI"), ("Imposta di bollo", ""),
    ]  # fmt: skip
    assert text(root, f"{GENERAL}/ImportoTotaleDocumento") == "1100.00"
    assert text(root, f"{PAYMENT}/DettaglioPagamento/ImportoPagamento") == "920.00"


@pytest.mark.parametrize(("fund", "held"), [("TC04", ""), ("TC22", "SI")])
def test_a_welfare_fund_is_said_rate_by_rate(fund: str, held: str) -> None:
    tax = {"reason": "RF01", "rate": "0.20", "payment_reason": "A"}
    items = line("1000"), line("100", "0", vat_exemption_reason="N4")
    root = written(invoice(*items, welfare_fund={"type": fund, "rate": "0.04"}, withholding_tax=tax))
    assert texts(root, f"{GENERAL}/DatiCassaPrevidenziale", "TipoCassa", "AlCassa", "ImportoContributoCassa",
                 "ImponibileCassa", "AliquotaIVA", "Natura", "Ritenuta") == [
        (fund, "4.00", "40.00", "1000.00", "22.00", "", held), (fund, "4.00", "4.00", "100.00", "0.00", "N4", held),
    ]  # fmt: skip
    assert texts(root, SUMMARIES, "ImponibileImporto", "Imposta") == [("1040.00", "228.80"), ("104.00", "0.00")]


def test_stamp_duty_is_paid_and_charged_outside_the_taxable_amount() -> None:
    items = line("100", "0", vat_exemption_reason="N4"), line("30", "0", vat_exemption_reason="N1")
    root = written(invoice(*items, stamp_duty_amount="2.00"))
    assert texts(root, f"{GENERAL}/DatiBollo", "BolloVirtuale", "ImportoBollo") == [("SI", "2.00")]
    assert texts(root, LINES, "PrezzoTotale", "Natura")[2:] == [("2.00", "N1")]
    assert sorted(texts(root, SUMMARIES, "Natura", "ImponibileImporto")) == [("N1", "32.00"), ("N4", "100.00")]
    assert text(root, f"{GENERAL}/ImportoTotaleDocumento") == "132.00"


def test_why_there_is_no_vat_is_said_with_the_law() -> None:
    root = written(invoice(line("100", "0", vat_exemption_reason="N6.3")))
    (note,) = texts(root, f"{SUMMARIES}/RiferimentoNormativo")
    assert "art. 17 c. 6 lett. a DPR 633/1972" in note
    assert root.find(f"{SUMMARIES}/EsigibilitaIVA") is None


def test_the_flat_rate_regime_needs_no_word_of_it() -> None:
    root = written(invoice(line("100", "0"), profile=seller(vat_regime="forfettario")))
    assert text(root, f"{SELLER}/DatiAnagrafici/RegimeFiscale") == "RF19"
    assert texts(root, LINES, "AliquotaIVA", "Natura") == [("0.00", "N2.2")]
    assert any("regime forfettario" in cause for cause in texts(root, f"{GENERAL}/Causale"))


@pytest.mark.parametrize(
    ("profile", "client", "regime", "due"),
    [
        ({"vat_payment_condition": "on_receipts"}, COMPANY, "RF17", "D"),
        ({"vat_payment_condition": "on_receipts"}, PERSON, "RF17", "I"),
        ({"vat_payment_condition": "compensated_for_sales"}, COMPANY, "RF01", "I"),
        ({"regime_fiscale": "RF05"}, COMPANY, "RF05", "I"),
    ],
)
def test_the_regime_and_when_vat_falls_due(profile: Document, client: Document, regime: str, due: str) -> None:
    root = written(invoice(line("100"), client=client, profile=seller(**profile)))
    assert text(root, f"{SELLER}/DatiAnagrafici/RegimeFiscale") == regime
    assert text(root, f"{SUMMARIES}/EsigibilitaIVA") == due
    assert ("32-bis" in text(root, f"{SUMMARIES}/RiferimentoNormativo")) is (due == "D")


def test_texts_are_latin1_and_a_long_description_goes_on_below() -> None:
    root = written(invoice(line("100", title="Caffè – “20 €”", description="parola " * 250), header="Γειά " * 60))
    assert text(root, f"{LINES}[1]/Descrizione").startswith('Caffè - "20 EUR" - parola parola')
    assert texts(root, LINES, "PrezzoTotale") == [("100.00",), ("0.00",)]
    described = " ".join(texts(root, f"{LINES}/Descrizione"))
    assert described.count("parola") == 250
    causes = texts(root, f"{GENERAL}/Causale")
    assert " ".join(causes).count("Geia") == 60
    assert max(map(len, causes)) <= 200


def test_a_text_that_means_nothing_in_latin1_is_never_empty() -> None:
    client = {**COMPANY, "name": "\u200b"}
    root = written(invoice(line("100", title="\u200b"), client=client))
    assert text(root, f"{LINES}/Descrizione") == "-"
    assert text(root, f"{BUYER}/DatiAnagrafici/Anagrafica/Denominazione") == "-"


@pytest.mark.parametrize(
    ("client", "said"),
    [
        (COMPANY, ("FPR12", "ABC1234", "")),
        ({**COMPANY, "recipient_code": ""}, ("FPR12", "0000000", "")),
        ({**COMPANY, "recipient_code": "", "e_invoicing_address": "m5uxcr1"}, ("FPR12", "M5UXCR1", "")),
        ({**COMPANY, "recipient_code": "UF1ABC"}, ("FPA12", "UF1ABC", "")),
        (PERSON, ("FPR12", "0000000", "mario.rossi@pec.example")),
        (GERMAN, ("FPR12", "XXXXXXX", "")),
        ({**GERMAN, "vat_number": "IT00743110157"}, ("FPR12", "0000000", "")),
        ({**COMPANY, "recipient_code": "XXXXXXX"}, ("FPR12", "0000000", "")),
    ],
)
def test_where_the_file_goes(client: Document, said: tuple[str, str, str]) -> None:
    root = written(invoice(line("100"), client=client))
    assert texts(root, SENT, "FormatoTrasmissione", "CodiceDestinatario", "PECDestinatario") == [said]


@pytest.mark.parametrize(
    ("client", "said"),
    [
        (COMPANY, ("IT", "00743110157", "")),
        ({**COMPANY, "tax_identification_number": "00743110157"}, ("IT", "00743110157", "")),
        ({**COMPANY, "vat_number": "", "tax_identification_number": "00743110157"}, ("", "", "00743110157")),
        (PERSON, ("", "", "RSSMRA85T10A562S")),
        (GERMAN, ("DE", "136695976", "")),
        ({**GERMAN, "vat_number": "EL094014201"}, ("GR", "094014201", "")),
        ({**GERMAN, "vat_number": "", "tax_identification_number": "12/345/67890"}, ("DE", "1234567890", "")),
        # The country is what SdI looks at; a number must be there all the same.
        ({**GERMAN, "vat_number": ""}, ("DE", "99999999999", "")),
    ],
)
def test_who_buys(client: Document, said: tuple[str, str, str]) -> None:
    root = written(invoice(line("100"), client=client))
    path = f"{BUYER}/DatiAnagrafici"
    assert texts(root, path, "IdFiscaleIVA/IdPaese", "IdFiscaleIVA/IdCodice", "CodiceFiscale") == [said]


def test_a_person_has_two_names_and_a_company_one() -> None:
    names = f"{BUYER}/DatiAnagrafici/Anagrafica"
    person, company = (written(invoice(line("100"), client=client)) for client in (PERSON, COMPANY))
    assert texts(person, names, "Denominazione", "Nome", "Cognome") == [("", "Mario", "Rossi")]
    assert texts(company, names, "Denominazione", "Nome") == [("Cantine del Levante S.r.l.", "")]


def test_abroad_there_are_no_italian_postcodes_and_no_provinces() -> None:
    placed = GERMAN["billing_address"] | {"province_code": "BE"}
    root = written(invoice(line("100"), client=GERMAN | {"billing_address": placed}))
    assert texts(root, f"{BUYER}/Sede", "Indirizzo", "CAP", "Comune", "Provincia", "Nazione") == [
        ("Hauptstraße 8", "00000", "Berlin", "", "DE")
    ]


def test_the_seller_is_named_with_its_seat_register_and_contacts() -> None:
    capital = {"value": "10000", "currency": "EUR"}
    root = written(
        invoice(line("100"), profile=seller(commercial_register_number="MI-1234567", legal_capital_share=capital))
    )
    assert texts(root, f"{SELLER}/DatiAnagrafici", "IdFiscaleIVA/IdCodice", "CodiceFiscale") == [
        ("07643520567", "BNCGLI80A41F205F")
    ]
    assert texts(root, f"{SELLER}/Sede", "Indirizzo", "CAP", "Comune", "Provincia") == [
        ("Via della Spiga 22", "20121", "Milano", "MI")
    ]
    assert texts(root, f"{SELLER}/IscrizioneREA", "Ufficio", "NumeroREA", "CapitaleSociale", "StatoLiquidazione") == [
        ("MI", "1234567", "10000.00", "LN")
    ]
    assert texts(root, f"{SELLER}/Contatti", "Telefono", "Email") == [("0255501234", "studio@bianchi.example")]
    assert text(root, f"{SENT}/IdTrasmittente/IdCodice") == "BNCGLI80A41F205F"


def test_a_credit_note_is_positive_and_names_its_invoice() -> None:
    sold = invoice(line("100"), line("50", "0.1"), discount={"type": "absolute", "value": "10"}, header="Grazie")
    root = written(credit_note(sold))
    assert texts(root, GENERAL, "TipoDocumento", "ImportoTotaleDocumento") == [("TD04", sold["total_amount"]["value"])]
    assert texts(root, "FatturaElettronicaBody/DatiGenerali/DatiFattureCollegate", "IdDocumento", "Data") == [
        ("F-2026-042", "2026-03-02")
    ]
    assert texts(root, f"{GENERAL}/Causale") == ["Reso"]
    assert root.find(PAYMENT) is None


def test_an_older_document_does_not_say_its_groups_shares() -> None:
    document = invoice(
        line("100"), line("50", "0.1"), discount={"type": "percentage", "value": "0.07"},
        welfare_fund={"type": "TC04", "rate": "0.04"},
    )  # fmt: skip
    older = document | {
        "vat_breakdown": [
            {key: value for key, value in group.items() if key not in {"allowance_amount", "charge_amount"}}
            for group in document["vat_breakdown"]
        ]
    }
    assert fatturapa.write(older) == fatturapa.write(document)


class TestFileName:
    def test_it_is_the_sender_and_the_documents_place_among_all(self) -> None:
        document = invoice(line("100"))
        names = [fatturapa.file_name(document, place) for place in (1, 35, 36, 36**5 - 1)]
        assert names == [f"ITBNCGLI80A41F205F_{five}.xml" for five in ("00001", "0000Z", "00010", "ZZZZZ")]

    @pytest.mark.parametrize(
        ("number", "progressive"), [("F-2026-042", "F2026042"), ("2026/123456-A/B", "26123456AB"), ("№ 1", "1")]
    )
    def test_its_progressive_is_what_sdi_takes_of_the_number(self, number: str, progressive: str) -> None:
        document = invoice(line("100"), identity=replace(INVOICE, number=number))
        assert text(written(document), f"{SENT}/ProgressivoInvio") == progressive

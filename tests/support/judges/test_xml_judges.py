"""The judges of XML find what is broken: each file is valid until one thing in it is changed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from tests.support.judges import fatturapa, rule_files, xml
from tests.support.judges.findings import rules_of
from tests.support.judges.xml import judge

GOLDEN = Path(__file__).parents[2] / "golden"
SPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
Change = Callable[[etree._Element], None]


def first(root: etree._Element, path: str) -> etree._Element:
    found = root.xpath(path, namespaces=SPACES)
    assert found, f"{path} is not there"
    return found[0]


def put(path: str, text: str) -> Change:
    """Writes `text` into the first element at `path`, or the attribute that it ends in."""

    def change(root: etree._Element) -> None:
        owner, _, attribute = path.partition("/@")
        element = first(root, owner)
        if attribute:
            element.set(attribute, text)
        else:
            element.text = text

    return change


def add(path: str, amount: str) -> Change:
    """Adds `amount` to the figure at `path`."""

    def change(root: etree._Element) -> None:
        element = first(root, path)
        element.text = str(Decimal(element.text or "0") + Decimal(amount))

    return change


def drop(path: str) -> Change:
    """Takes out everything at `path`."""

    def change(root: etree._Element) -> None:
        first(root, path)
        for element in root.xpath(path, namespaces=SPACES):
            element.getparent().remove(element)

    return change


def broken(name: str, change: Change) -> bytes:
    """The golden file of this name, with one change."""
    root = etree.parse(GOLDEN / name).getroot()
    change(root)
    return etree.tostring(root)


CII, UBL = "fr/standard.facturx.xml", "fr/standard.ubl.xml"
XRECHNUNG, XRECHNUNG_UBL = "de/xrechnung_cii.xrechnung.xml", "de/xrechnung_ubl.xrechnung-ubl.xml"
GROUP = "//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax[1]"
SUMS = "//ram:SpecifiedTradeSettlementHeaderMonetarySummation"
BUYER, SELLER = "//ram:BuyerTradeParty", "//ram:SellerTradeParty"
UBL_GROUP = "//cac:TaxTotal/cac:TaxSubtotal[1]"
NUMBER = "//rsm:ExchangedDocument/ram:ID"
LINE_VAT = "//ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax"
REASONS = "//ram:ExemptionReason | //ram:ExemptionReasonCode"
PMT = "//ram:IncludedNote[ram:SubjectCode='PMT']"
LINE_SUM = "//ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"

# File, what is broken, how, the judge that must say so, and the rule.
BREAKAGES: tuple[tuple[str, str, Change, str, str], ...] = (
    (CII, "sum of lines", add(f"{SUMS}/ram:LineTotalAmount", "1.00"), "EN 16931", "BR-CO-10"),
    (CII, "sum of lines, by Factur-X", add(f"{SUMS}/ram:LineTotalAmount", "1.00"), "Factur-X", "BR-CO-10"),
    (CII, "total", add(f"{SUMS}/ram:GrandTotalAmount", "0.01"), "EN 16931", "BR-CO-15"),
    (CII, "due", add(f"{SUMS}/ram:DuePayableAmount", "0.01"), "EN 16931", "BR-CO-16"),
    (CII, "VAT by two euros", add(f"{GROUP}/ram:CalculatedAmount", "2.00"), "EN 16931", "BR-S-09"),
    (CII, "VAT by a cent", add(f"{GROUP}/ram:CalculatedAmount", "0.01"), "cent", "vat"),
    (CII, "line by a cent", add(LINE_SUM, "0.01"), "cent", "line"),
    (CII, "base by a cent", add(f"{GROUP}/ram:BasisAmount", "0.01"), "cent", "base"),
    (CII, "category", put(f"{LINE_VAT}/ram:CategoryCode", "Z"), "EN 16931", "BR-Z-01"),
    (CII, "category, by Factur-X", put(f"{LINE_VAT}/ram:CategoryCode", "Z"), "Factur-X", "BR-Z-01"),
    (CII, "no such category", put(f"{LINE_VAT}/ram:CategoryCode", "QQ"), "EN 16931", "BR-CL-18"),
    (CII, "country", put(f"{BUYER}//ram:CountryID", "ZZ"), "EN 16931", "BR-CL-14"),
    (CII, "country, by Factur-X", put(f"{BUYER}//ram:CountryID", "ZZ"), "Factur-X", "FX-SCH-A-000568"),
    (CII, "currency", put("//ram:InvoiceCurrencyCode", "EUX"), "EN 16931", "BR-CL-04"),
    (CII, "unit", put("//ram:BilledQuantity/@unitCode", "STUECK"), "EN 16931", "BR-CL-23"),
    (CII, "no seller", put(f"{SELLER}/ram:Name", ""), "EN 16931", "BR-06"),
    (CII, "no number", drop(NUMBER), "XSD", "SCHEMAV_ELEMENT_CONTENT"),
    (CII, "date", put("//ram:IssueDateTime/udt:DateTimeString", "2026-11-02"), "EN 16931", "CII-DT-097"),
    (CII, "no PMT note", drop(PMT), "BR-FR", "BR-FR-05_BT-22_PMT"),
    (CII, "number with a space", put(NUMBER, "F 2026 001"), "BR-FR", "BR-FR-02_BT-1"),
    (CII, "number too long", put(NUMBER, "F" * 36), "BR-FR", "BR-FR-01_BT-1"),
    (CII, "no endpoint", drop(f"{BUYER}/ram:URIUniversalCommunication"), "BR-FR", "BR-FR-12_BT-49"),
    (
        CII, "no kind of transaction", drop("//ram:BusinessProcessSpecifiedDocumentContextParameter"), "BR-FR",
        "BR-FR-08_BT-23",
    ),
    (CII, "profile", put("//ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", "urn:x"), "XML", "BT-24"),
    ("fr/s261.facturx.xml", "no reason", drop(REASONS), "EN 16931", "BR-E-10"),
    (
        "fr/s262_1_intra.facturx.xml", "no day of delivery", drop("//ram:ActualDeliverySupplyChainEvent"),
        "EN 16931", "BR-IC-11",
    ),
    (
        "fr/credit_note.facturx.xml", "no invoice", drop("//ram:InvoiceReferencedDocument"), "BR-FR",
        "BR-FR-CO-05_BT-3",
    ),
    (XRECHNUNG, "no buyer reference", drop("//ram:BuyerReference"), "XRechnung", "BR-DE-15"),
    (XRECHNUNG, "no contact", drop(f"{SELLER}/ram:DefinedTradeContact"), "XRechnung", "BR-DE-2"),
    (XRECHNUNG, "no account", drop("//ram:SpecifiedTradeSettlementPaymentMeans"), "XRechnung", "BR-DE-1"),
    (XRECHNUNG, "sum of lines", add(f"{SUMS}/ram:LineTotalAmount", "1.00"), "EN 16931", "BR-CO-10"),
    (UBL, "sum of lines", add("//cac:LegalMonetaryTotal/cbc:LineExtensionAmount", "1.00"), "EN 16931", "BR-CO-10"),
    (UBL, "VAT by two euros", add(f"{UBL_GROUP}/cbc:TaxAmount", "2.00"), "EN 16931", "BR-S-09"),
    (UBL, "VAT by a cent", add(f"{UBL_GROUP}/cbc:TaxAmount", "0.01"), "cent", "vat"),
    (UBL, "country", put("//cac:AccountingCustomerParty//cbc:IdentificationCode", "ZZ"), "EN 16931", "BR-CL-14"),
    (UBL, "no PMT note", drop("/*/cbc:Note[contains(., 'PMT')]"), "BR-FR", "BR-FR-05_BT-22-1"),
    (UBL, "no customer", drop("//cac:AccountingCustomerParty"), "XSD", "SCHEMAV_ELEMENT_CONTENT"),
    (XRECHNUNG_UBL, "no buyer reference", drop("//cbc:BuyerReference"), "XRechnung", "BR-DE-15"),
    (XRECHNUNG_UBL, "no contact", drop("//cac:AccountingSupplierParty//cac:Contact"), "XRechnung", "BR-DE-2"),
)  # fmt: skip


@pytest.mark.parametrize("name", sorted({breakage[0] for breakage in BREAKAGES}))
def test_the_files_are_valid_before_they_are_broken(name: str) -> None:
    verdict = judge((GOLDEN / name).read_bytes(), is_french=name.startswith("fr/"))

    assert verdict.faults == ()
    assert set(verdict.rule_sets) == {
        "EN 16931",
        *({"Factur-X"} if "facturx" in name else set()),
        *({"BR-FR"} if name.startswith("fr/") else set()),
        *({"XRechnung"} if "xrechnung" in name else set()),
    }


@pytest.mark.parametrize(
    ("name", "what", "change", "judged_by", "rule"), BREAKAGES, ids=lambda value: getattr(value, "__qualname__", value)
)
def test_each_judge_finds_what_is_broken(name: str, what: str, change: Change, judged_by: str, rule: str) -> None:
    verdict = judge(broken(name, change), is_french=name.startswith("fr/"))

    found = rules_of(fault for fault in verdict.faults if fault.judge == judged_by)
    assert rule in found, f"{what}: {[str(fault) for fault in verdict.faults]}"


def test_en_16931_alone_lets_a_cent_pass() -> None:
    verdict = judge(broken(CII, add(f"{GROUP}/ram:CalculatedAmount", "0.02")))

    # Only the sum of the groups tells; with the total moved as well, nobody would.
    assert rules_of(fault for fault in verdict.faults if fault.judge == "EN 16931") == {"BR-CO-14"}
    assert "vat" in rules_of(fault for fault in verdict.faults if fault.judge == "cent")


@pytest.mark.parametrize("content", [b"<a>", b"<a/>", b""], ids=["torn", "other", "empty"])
def test_what_is_no_invoice_is_refused(content: bytes) -> None:
    assert judge(content).faults


def test_missing_rules_fail_and_do_not_skip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rule_files, "ROOT", tmp_path)

    with pytest.raises(pytest.fail.Exception, match="make setup"):
        rule_files.rule_file(rule_files.SCHEMAS["CII"])


FATTURA = "it/standard.fatturapa.xml"
FATTURA_BREAKAGES: tuple[tuple[str, Change, str, str], ...] = (
    ("total by two cents", add("//ImportoTotaleDocumento", "0.02"), "cent", "total"),
    ("VAT by two cents", add("//DatiRiepilogo/Imposta", "0.02"), "cent", "vat"),
    ("base by two cents", add("//DatiRiepilogo/ImponibileImporto", "0.02"), "cent", "base"),
    ("line by two cents", add("//DettaglioLinee/PrezzoTotale", "0.02"), "cent", "line"),
    ("VAT by two cents, by SdI", add("//DatiRiepilogo/Imposta", "0.02"), "SdI", "00421"),
    ("base by two euros", add("//DatiRiepilogo/ImponibileImporto", "2.00"), "SdI", "00422"),
    ("line by two cents, by SdI", add("//DettaglioLinee/PrezzoTotale", "0.02"), "SdI", "00423"),
    ("rate without its group", put("//DettaglioLinee/AliquotaIVA", "5.00"), "SdI", "00443"),
    ("number without a digit", put("//DatiGeneraliDocumento/Numero", "ABC"), "SdI", "00425"),
    ("recipient code", put("//CodiceDestinatario", "ABC123"), "SdI", "00427"),
    ("seller's VAT number", put("//CedentePrestatore//IdCodice", "00743110158"), "SdI", "00301"),
    ("no such type", put("//TipoDocumento", "TD99"), "XSD", "SCHEMAV_CVC_ENUMERATION_VALID"),
    ("emoji", put("//Descrizione", "Caffè 🍮"), "XSD", "SCHEMAV_CVC_PATTERN_VALID"),
    ("no seller's regime", drop("//RegimeFiscale"), "XSD", "SCHEMAV_ELEMENT_CONTENT"),
)


def test_fatturapa_is_valid_before_it_is_broken() -> None:
    verdict = fatturapa.judge((GOLDEN / FATTURA).read_bytes())

    assert verdict.faults == ()
    assert verdict.figures is not None


@pytest.mark.parametrize(
    ("what", "change", "judged_by", "rule"), FATTURA_BREAKAGES, ids=lambda value: getattr(value, "__qualname__", value)
)
def test_fatturapa_judges_find_what_is_broken(what: str, change: Change, judged_by: str, rule: str) -> None:
    verdict = fatturapa.judge(broken(FATTURA, change))

    found = rules_of(fault for fault in verdict.faults if fault.judge == judged_by)
    assert rule in found, f"{what}: {[str(fault) for fault in verdict.faults]}"


def test_french_rules_bind_french_sellers_only() -> None:
    without_note = broken(CII, drop(PMT))

    assert "BR-FR" not in {fault.judge for fault in judge(without_note).faults}
    assert xml.XRECHNUNG.startswith(xml.EN16931)

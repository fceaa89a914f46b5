"""The figures of an e-invoice, read back by paths of its own: nothing here comes from the code that writes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from lxml import etree

_RSM: Final = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_SPACES: Final = {
    "rsm": _RSM,
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
ZERO: Final = Decimal(0)
VatKey = tuple[str, Decimal]


@dataclass(frozen=True)
class LineFigures:
    """One line. adjustments: its charges less its allowances; vat: category (or Natura) and percentage."""

    id: str
    quantity: Decimal
    price: Decimal
    base_quantity: Decimal
    adjustments: Decimal
    net: Decimal
    vat: VatKey


@dataclass(frozen=True)
class GroupFigures:
    """One VAT group. adjustments: the document's own charges less its allowances in this group."""

    vat: VatKey
    taxable: Decimal
    vat_amount: Decimal
    adjustments: Decimal


@dataclass(frozen=True)
class Figures:
    """A document's figures in its currency; a total that the format does not have is None."""

    number: str
    issue_date: str
    type_code: str
    lines: tuple[LineFigures, ...]
    groups: tuple[GroupFigures, ...]
    line_total: Decimal | None
    allowance_total: Decimal | None
    charge_total: Decimal | None
    tax_exclusive: Decimal | None
    vat_total: Decimal | None
    tax_inclusive: Decimal
    paid: Decimal | None
    due: Decimal | None

    def group_adjustments(self) -> Decimal:
        """What all groups' charges less allowances come to."""
        return sum((group.adjustments for group in self.groups), ZERO)


def figures_of(root: etree._Element) -> Figures:
    """The figures of a CII or UBL document."""
    return _cii(root) if root.tag == f"{{{_RSM}}}CrossIndustryInvoice" else _ubl(root)


def _text(element: etree._Element, path: str) -> str:
    found = element.find(path, _SPACES)
    return "" if found is None else (found.text or "").strip()


def _amount(element: etree._Element, path: str) -> Decimal:
    """The amount at `path`; zero where it is not there."""
    return Decimal(_text(element, path) or "0")


def _one(element: etree._Element, path: str) -> etree._Element:
    found = element.find(path, _SPACES)
    assert found is not None, f"{path} is not in {element.tag}"
    return found


def _of_group(vat: VatKey, adjustments: list[tuple[VatKey, Decimal]]) -> Decimal:
    return sum((amount for key, amount in adjustments if key == vat), ZERO)


_CII_TAX: Final = "ram:ApplicableTradeTax"


def _cii_vat(tax: etree._Element) -> VatKey:
    return _text(tax, "ram:CategoryCode"), _amount(tax, "ram:RateApplicablePercent")


def _cii_adjustments(owner: etree._Element) -> Iterator[tuple[etree._Element, Decimal]]:
    for each in owner.iterfind("ram:SpecifiedTradeAllowanceCharge", _SPACES):
        sign = 1 if _text(each, "ram:ChargeIndicator/udt:Indicator") == "true" else -1
        yield each, sign * _amount(each, "ram:ActualAmount")


def _cii_line(line: etree._Element) -> LineFigures:
    settlement = _one(line, "ram:SpecifiedLineTradeSettlement")
    price = _one(line, "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice")
    return LineFigures(
        id=_text(line, "ram:AssociatedDocumentLineDocument/ram:LineID"),
        quantity=_amount(line, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"),
        price=_amount(price, "ram:ChargeAmount"),
        base_quantity=_amount(price, "ram:BasisQuantity") or Decimal(1),
        adjustments=sum((amount for _, amount in _cii_adjustments(settlement)), ZERO),
        net=_amount(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"),
        vat=_cii_vat(_one(settlement, _CII_TAX)),
    )


def _cii(root: etree._Element) -> Figures:
    document = _one(root, "rsm:ExchangedDocument")
    trade = _one(root, "rsm:SupplyChainTradeTransaction")
    settlement = _one(trade, "ram:ApplicableHeaderTradeSettlement")
    sums = _one(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    adjustments = [
        (_cii_vat(_one(each, "ram:CategoryTradeTax")), amount) for each, amount in _cii_adjustments(settlement)
    ]
    day = _text(document, "ram:IssueDateTime/udt:DateTimeString")
    return Figures(
        number=_text(document, "ram:ID"),
        issue_date=f"{day[:4]}-{day[4:6]}-{day[6:]}",
        type_code=_text(document, "ram:TypeCode"),
        lines=tuple(_cii_line(line) for line in trade.iterfind("ram:IncludedSupplyChainTradeLineItem", _SPACES)),
        groups=tuple(
            GroupFigures(
                vat=_cii_vat(tax),
                taxable=_amount(tax, "ram:BasisAmount"),
                vat_amount=_amount(tax, "ram:CalculatedAmount"),
                adjustments=_of_group(_cii_vat(tax), adjustments),
            )
            for tax in settlement.iterfind(_CII_TAX, _SPACES)
        ),
        line_total=_amount(sums, "ram:LineTotalAmount"),
        allowance_total=_amount(sums, "ram:AllowanceTotalAmount"),
        charge_total=_amount(sums, "ram:ChargeTotalAmount"),
        tax_exclusive=_amount(sums, "ram:TaxBasisTotalAmount"),
        vat_total=_amount(sums, "ram:TaxTotalAmount"),
        tax_inclusive=_amount(sums, "ram:GrandTotalAmount"),
        paid=_amount(sums, "ram:TotalPrepaidAmount"),
        due=_amount(sums, "ram:DuePayableAmount"),
    )


def _ubl_vat(tax: etree._Element) -> VatKey:
    return _text(tax, "cbc:ID"), _amount(tax, "cbc:Percent")


def _ubl_adjustments(owner: etree._Element) -> Iterator[tuple[etree._Element, Decimal]]:
    for each in owner.iterfind("cac:AllowanceCharge", _SPACES):
        sign = 1 if _text(each, "cbc:ChargeIndicator") == "true" else -1
        yield each, sign * _amount(each, "cbc:Amount")


def _ubl_line(line: etree._Element) -> LineFigures:
    return LineFigures(
        id=_text(line, "cbc:ID"),
        quantity=_amount(line, "cbc:InvoicedQuantity") or _amount(line, "cbc:CreditedQuantity"),
        price=_amount(line, "cac:Price/cbc:PriceAmount"),
        base_quantity=_amount(line, "cac:Price/cbc:BaseQuantity") or Decimal(1),
        adjustments=sum((amount for _, amount in _ubl_adjustments(line)), ZERO),
        net=_amount(line, "cbc:LineExtensionAmount"),
        vat=_ubl_vat(_one(line, "cac:Item/cac:ClassifiedTaxCategory")),
    )


def _ubl(root: etree._Element) -> Figures:
    sums = _one(root, "cac:LegalMonetaryTotal")
    adjustments = [(_ubl_vat(_one(each, "cac:TaxCategory")), amount) for each, amount in _ubl_adjustments(root)]
    lines = [*root.iterfind("cac:InvoiceLine", _SPACES), *root.iterfind("cac:CreditNoteLine", _SPACES)]
    return Figures(
        number=_text(root, "cbc:ID"),
        issue_date=_text(root, "cbc:IssueDate"),
        type_code=_text(root, "cbc:InvoiceTypeCode") or _text(root, "cbc:CreditNoteTypeCode"),
        lines=tuple(_ubl_line(line) for line in lines),
        groups=tuple(
            GroupFigures(
                vat=_ubl_vat(_one(group, "cac:TaxCategory")),
                taxable=_amount(group, "cbc:TaxableAmount"),
                vat_amount=_amount(group, "cbc:TaxAmount"),
                adjustments=_of_group(_ubl_vat(_one(group, "cac:TaxCategory")), adjustments),
            )
            for group in root.iterfind("cac:TaxTotal/cac:TaxSubtotal", _SPACES)
        ),
        line_total=_amount(sums, "cbc:LineExtensionAmount"),
        allowance_total=_amount(sums, "cbc:AllowanceTotalAmount"),
        charge_total=_amount(sums, "cbc:ChargeTotalAmount"),
        tax_exclusive=_amount(sums, "cbc:TaxExclusiveAmount"),
        vat_total=_amount(root, "cac:TaxTotal/cbc:TaxAmount"),
        tax_inclusive=_amount(sums, "cbc:TaxInclusiveAmount"),
        paid=_amount(sums, "cbc:PrepaidAmount"),
        due=_amount(sums, "cbc:PayableAmount"),
    )

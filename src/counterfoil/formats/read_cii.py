"""Cross Industry Invoice (UN/CEFACT D16B, D22B) as values: Factur-X and ZUGFeRD from 2.0 on, XRechnung, EN 16931.

Profiles without lines (MINIMUM, BASIC WL) and with more than EN 16931 (EXTENDED) are read too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from counterfoil.domain.einvoice import (
    AllowanceCharge,
    Contact,
    DocumentTotals,
    EInvoice,
    Identifier,
    Line,
    Note,
    Party,
    PaymentInstructions,
    PostalAddress,
    PrecedingInvoice,
    TaxPoint,
    VatGroup,
)
from counterfoil.domain.money import ZERO
from counterfoil.domain.received_einvoice import ReceivedInvoice
from counterfoil.errors import Fault
from counterfoil.formats.read_xml import Element, Terms, content, identified, missing

RSM: Final = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
ROOT: Final = f"{{{RSM}}}CrossIndustryInvoice"
_CII: Final = Terms(
    {
        "rsm": RSM,
        "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
        "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
        "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    }
)
_TRADE: Final = "rsm:SupplyChainTradeTransaction"
_DATE: Final = "udt:DateTimeString"
# UNTDID 2475, as EN 16931 maps BT-8 for CII.
_TAX_POINTS: Final[Mapping[str, TaxPoint]] = {"5": "invoice_date", "29": "delivery", "72": "payment"}
# EXTENDED: such a line only groups or explains others, and its amount is in none of the sums.
_NOT_SUMMED: Final = frozenset({"GROUP", "INFORMATION"})


def received(root: Element) -> ReceivedInvoice:
    """The invoice. Raises Unreadable when it lacks what every invoice says, or a number or day is none."""
    head = _CII.one(root, "rsm:ExchangedDocument")
    settlement = _CII.one(root, f"{_TRADE}/ram:ApplicableHeaderTradeSettlement")
    type_code = _CII.needed(head, "ram:TypeCode", "type code")
    means = _CII.all(settlement, "ram:SpecifiedTradeSettlementPaymentMeans")
    ibans = tuple(filter(None, (_CII.text(each, f"{_ACCOUNT}/ram:IBANID") for each in means)))
    invoice = _invoice(root, head, settlement, type_code, means)
    lines = _CII.all(root, f"{_TRADE}/ram:IncludedSupplyChainTradeLineItem")
    return ReceivedInvoice(
        invoice, invoice.totals.amount_due, document_type=type_code, ibans=ibans, notes=tuple(_notes(lines, invoice))
    )


def _invoice(
    root: Element, head: Element | None, settlement: Element | None, type_code: str, means: list[Element]
) -> EInvoice:
    context = _CII.one(root, "rsm:ExchangedDocumentContext")
    agreement = _CII.one(root, f"{_TRADE}/ram:ApplicableHeaderTradeAgreement")
    delivery = _CII.one(root, f"{_TRADE}/ram:ApplicableHeaderTradeDelivery")
    issued = _CII.day(head, f"ram:IssueDateTime/{_DATE}")
    if issued is None:
        raise missing("day of issue")
    currency = _CII.needed(settlement, "ram:InvoiceCurrencyCode", "currency")
    ship_to = _CII.one(delivery, "ram:ShipToTradeParty")
    taxes = _CII.all(settlement, "ram:ApplicableTradeTax")
    terms = _CII.all(settlement, "ram:SpecifiedTradePaymentTerms")
    period = "ram:BillingSpecifiedPeriod"
    return EInvoice(
        specification=_CII.text(context, "ram:GuidelineSpecifiedDocumentContextParameter/ram:ID"),
        process=_CII.text(context, "ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID"),
        number=_CII.needed(head, "ram:ID", "number"),
        issue_date=issued,
        type_code=type_code,
        currency=currency,
        seller=_party(_CII.one(agreement, "ram:SellerTradeParty"), "seller"),
        buyer=_party(_CII.one(agreement, "ram:BuyerTradeParty"), "buyer"),
        totals=_totals(_CII.one(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation"), currency),
        vat_groups=tuple(_vat_group(tax) for tax in taxes),
        lines=tuple(_lines(_CII.all(root, f"{_TRADE}/ram:IncludedSupplyChainTradeLineItem"))),
        tax_point=_tax_point(taxes),
        due_date=next(filter(None, (_CII.day(each, f"ram:DueDateDateTime/{_DATE}") for each in terms)), None),
        buyer_reference=_CII.text(agreement, "ram:BuyerReference"),
        contract_reference=_CII.text(agreement, "ram:ContractReferencedDocument/ram:IssuerAssignedID"),
        purchase_order=_CII.text(agreement, "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"),
        payment_terms="\n".join(_texts(terms, "ram:Description")),
        notes=tuple(_document_notes(head)),
        preceding_invoices=tuple(_preceding(each) for each in _CII.all(settlement, "ram:InvoiceReferencedDocument")),
        delivery_date=_CII.day(delivery, f"ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/{_DATE}"),
        period_start=_CII.day(settlement, f"{period}/ram:StartDateTime/{_DATE}"),
        period_end=_CII.day(settlement, f"{period}/ram:EndDateTime/{_DATE}"),
        deliver_to_name=_CII.text(ship_to, "ram:Name"),
        deliver_to=_address(_CII.one(ship_to, "ram:PostalTradeAddress")),
        payment=_payment(means, _CII.text(settlement, "ram:PaymentReference")),
        allowances_charges=(
            *(_allowance(each) for each in _CII.all(settlement, "ram:SpecifiedTradeAllowanceCharge")),
            *(_logistics(each) for each in _CII.all(settlement, "ram:SpecifiedLogisticsServiceCharge")),
        ),
    )


def _texts(starts: Iterable[Element], path: str) -> list[str]:
    return [text for start in starts for each in _CII.all(start, path) if (text := content(each))]


def _document_notes(head: Element | None) -> Iterable[Note]:
    for note in _CII.all(head, "ram:IncludedNote"):
        text = "\n".join(_texts([note], "ram:Content"))
        if text:
            yield Note(text, _CII.text(note, "ram:SubjectCode"))


def _party(party: Element | None, who: str) -> Party:
    if party is None:
        raise missing(who)
    legal = _CII.one(party, "ram:SpecifiedLegalOrganization")
    taxes = {each.get("schemeID", ""): content(each) for each in _registrations(party)}
    return Party(
        name=_CII.text(party, "ram:Name"),
        address=_address(_CII.one(party, "ram:PostalTradeAddress")) or PostalAddress(),
        trading_name=_CII.text(legal, "ram:TradingBusinessName"),
        identifiers=tuple(_identifiers(party)),
        legal_registration=identified(_CII.one(legal, "ram:ID")),
        vat_number=taxes.get("VA", ""),
        tax_number=taxes.get("FC", ""),
        legal_information="\n".join(_texts([party], "ram:Description")),
        electronic_address=identified(_CII.one(party, "ram:URIUniversalCommunication/ram:URIID")),
        contact=_contact(_CII.one(party, "ram:DefinedTradeContact")),
    )  # fmt: skip


def _identifiers(party: Element) -> Iterable[Identifier]:
    for name in ("ram:ID", "ram:GlobalID"):
        for each in _CII.all(party, name):
            if found := identified(each):
                yield found


def _registrations(party: Element) -> Iterable[Element]:
    for each in _CII.all(party, "ram:SpecifiedTaxRegistration"):
        found = _CII.one(each, "ram:ID")
        if found is not None:
            yield found


def _address(address: Element | None) -> PostalAddress | None:
    if address is None:
        return None
    return PostalAddress(
        line_1=_CII.text(address, "ram:LineOne"),
        line_2=_CII.text(address, "ram:LineTwo"),
        line_3=_CII.text(address, "ram:LineThree"),
        city=_CII.text(address, "ram:CityName"),
        post_code=_CII.text(address, "ram:PostcodeCode"),
        subdivision=_CII.text(address, "ram:CountrySubDivisionName"),
        country=_CII.text(address, "ram:CountryID"),
    )


def _contact(contact: Element | None) -> Contact | None:
    if contact is None:
        return None
    return Contact(
        name=_CII.text(contact, "ram:PersonName") or _CII.text(contact, "ram:DepartmentName"),
        telephone=_CII.text(contact, "ram:TelephoneUniversalCommunication/ram:CompleteNumber"),
        email=_CII.text(contact, "ram:EmailURIUniversalCommunication/ram:URIID"),
    )


def _totals(summation: Element | None, currency: str) -> DocumentTotals:
    if summation is None:
        raise missing("totals")
    found = {
        name: _CII.number(summation, f"ram:{name}")
        for name in ("LineTotalAmount", "AllowanceTotalAmount", "ChargeTotalAmount", "TaxBasisTotalAmount")
    }
    grand, due = (_CII.number(summation, f"ram:{name}") for name in ("GrandTotalAmount", "DuePayableAmount"))
    net = found["TaxBasisTotalAmount"]
    if net is None or grand is None:
        raise missing("totals")
    allowances, charges = found["AllowanceTotalAmount"] or ZERO, found["ChargeTotalAmount"] or ZERO
    line_total = found["LineTotalAmount"]
    paid = _CII.amount(summation, "ram:TotalPrepaidAmount")
    rounding = _CII.amount(summation, "ram:RoundingAmount")
    return DocumentTotals(
        # MINIMUM has no sum of lines: it is what the others say.
        line_total=net + allowances - charges if line_total is None else line_total,
        allowance_total=allowances,
        charge_total=charges,
        tax_exclusive=net,
        vat_total=_vat_total(summation, currency),
        tax_inclusive=grand,
        paid_amount=paid,
        amount_due=grand - paid + rounding if due is None else due,
        rounding_amount=rounding,
    )


def _vat_total(summation: Element, currency: str) -> Decimal:
    """BT-110; BT-111 is the same in another currency."""
    totals = _CII.all(summation, "ram:TaxTotalAmount")
    own = [each for each in totals if each.get("currencyID", currency) == currency] or totals
    return _CII.amount(own[0], ".") if own else ZERO


def _vat_group(tax: Element) -> VatGroup:
    return VatGroup(
        category=_CII.text(tax, "ram:CategoryCode"),
        percentage=_CII.number(tax, "ram:RateApplicablePercent"),
        taxable_amount=_CII.amount(tax, "ram:BasisAmount"),
        vat_amount=_CII.amount(tax, "ram:CalculatedAmount"),
        exemption_reason=_CII.text(tax, "ram:ExemptionReason"),
        exemption_reason_code=_CII.text(tax, "ram:ExemptionReasonCode"),
    )


def _tax_point(taxes: Iterable[Element]) -> TaxPoint:
    codes = (_CII.text(tax, "ram:DueDateTypeCode") for tax in taxes)
    return next((_TAX_POINTS[code] for code in codes if code in _TAX_POINTS), "")


def _allowance(element: Element) -> AllowanceCharge:
    tax = _CII.one(element, "ram:CategoryTradeTax")
    return AllowanceCharge(
        is_charge=_CII.text(element, "ram:ChargeIndicator/udt:Indicator") in ("true", "1"),
        amount=_CII.amount(element, "ram:ActualAmount"),
        base_amount=_CII.number(element, "ram:BasisAmount"),
        percentage=_CII.number(element, "ram:CalculationPercent"),
        reason=_CII.text(element, "ram:Reason"),
        reason_code=_CII.text(element, "ram:ReasonCode"),
        vat_category=_CII.text(tax, "ram:CategoryCode"),
        vat_percentage=_CII.number(tax, "ram:RateApplicablePercent"),
    )


def _logistics(element: Element) -> AllowanceCharge:
    """EXTENDED: carriage and the like, which is in the sum of charges."""
    tax = _CII.one(element, "ram:AppliedTradeTax")
    return AllowanceCharge(
        is_charge=True,
        amount=_CII.amount(element, "ram:AppliedAmount"),
        reason=_CII.text(element, "ram:Description"),
        vat_category=_CII.text(tax, "ram:CategoryCode"),
        vat_percentage=_CII.number(tax, "ram:RateApplicablePercent"),
    )


_ACCOUNT: Final = "ram:PayeePartyCreditorFinancialAccount"


def _payment(means: list[Element], remittance: str) -> PaymentInstructions | None:
    """The first means with an account, else the first."""
    if not means:
        return PaymentInstructions("", remittance_information=remittance) if remittance else None
    chosen = next((each for each in means if _CII.text(each, f"{_ACCOUNT}/ram:IBANID")), means[0])
    account = _CII.one(chosen, _ACCOUNT)
    return PaymentInstructions(
        type_code=_CII.text(chosen, "ram:TypeCode"),
        text=_CII.text(chosen, "ram:Information"),
        remittance_information=remittance,
        iban=_CII.text(account, "ram:IBANID") or _CII.text(account, "ram:ProprietaryID"),
        account_name=_CII.text(account, "ram:AccountName"),
        bic=_CII.text(chosen, "ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID"),
    )


def _preceding(element: Element) -> PrecedingInvoice:
    return PrecedingInvoice(
        _CII.text(element, "ram:IssuerAssignedID"), _CII.day(element, "ram:FormattedIssueDateTime/qdt:DateTimeString")
    )


def _is_summed(line: Element) -> bool:
    status = _CII.text(line, "ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode")
    return status.upper() not in _NOT_SUMMED


def _lines(lines: list[Element]) -> Iterable[Line]:
    return (_line(line) for line in lines if _is_summed(line))


def _line(line: Element) -> Line:
    document = _CII.one(line, "ram:AssociatedDocumentLineDocument")
    product = _CII.one(line, "ram:SpecifiedTradeProduct")
    price = _CII.one(line, "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice")
    settlement = _CII.one(line, "ram:SpecifiedLineTradeSettlement")
    quantity = _CII.one(line, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity")
    tax = _CII.one(settlement, "ram:ApplicableTradeTax")
    period = _CII.one(settlement, "ram:BillingSpecifiedPeriod")
    return Line(
        id=_CII.text(document, "ram:LineID"),
        name=_CII.text(product, "ram:Name"),
        quantity=_CII.amount(quantity, "."),
        unit_code=quantity.get("unitCode", "") if quantity is not None else "",
        net_price=_CII.amount(price, "ram:ChargeAmount"),
        net_amount=_CII.amount(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"),
        vat_category=_CII.text(tax, "ram:CategoryCode"),
        vat_percentage=_CII.number(tax, "ram:RateApplicablePercent"),
        description=_CII.text(product, "ram:Description"),
        note="\n".join(_texts(_CII.all(document, "ram:IncludedNote"), "ram:Content")),
        price_base_quantity=_CII.number(price, "ram:BasisQuantity"),
        allowances_charges=tuple(
            _allowance(each) for each in _CII.all(settlement, "ram:SpecifiedTradeAllowanceCharge")
        ),
        period_start=_CII.day(period, f"ram:StartDateTime/{_DATE}"),
        period_end=_CII.day(period, f"ram:EndDateTime/{_DATE}"),
        seller_item_id=_CII.text(product, "ram:SellerAssignedID"),
    )


def _notes(lines: list[Element], invoice: EInvoice) -> Iterable[Fault]:
    left_out = len(lines) - len(invoice.lines)
    if left_out:
        yield Fault(
            "lines_without_amount", f"{left_out} lines that only group or explain others are not among the items.",
            field="items",
        )  # fmt: skip

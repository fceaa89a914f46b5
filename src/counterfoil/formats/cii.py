"""An e-invoice as UN/CEFACT Cross Industry Invoice D16B: what Factur-X, ZUGFeRD and XRechnung (CII) carry.

Elements stand in the order of Factur-X's schema of profile EN 16931.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from counterfoil.domain.einvoice import (
    AllowanceCharge,
    Contact,
    EInvoice,
    Identifier,
    Line,
    Party,
    PaymentInstructions,
    PostalAddress,
    PrecedingInvoice,
    TaxPoint,
    VatGroup,
)
from counterfoil.formats.xml_tree import Namespaces, Node, compact_date, shown, written

_X: Final = Namespaces(
    rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    qdt="urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
)
# BT-8, UNTDID 2475.
_TAX_POINTS: Final[dict[TaxPoint, str]] = {"invoice_date": "5", "delivery": "29", "payment": "72"}


def write(invoice: EInvoice) -> bytes:
    """The invoice as CII, UTF-8; equal invoices give equal bytes."""
    lines = (_line(line) for line in invoice.lines)
    root = _X.root(
        "rsm:CrossIndustryInvoice",
        _X.branch(
            "rsm:ExchangedDocumentContext",
            _X.branch("ram:BusinessProcessSpecifiedDocumentContextParameter", _X.leaf("ram:ID", invoice.process)),
            _X.branch("ram:GuidelineSpecifiedDocumentContextParameter", _X.leaf("ram:ID", invoice.specification)),
        ),
        _exchanged_document(invoice),
        _X.branch(
            "rsm:SupplyChainTradeTransaction", lines, _agreement(invoice), _delivery(invoice), _settlement(invoice)
        ),
    )
    return written(root)


def _exchanged_document(invoice: EInvoice) -> Node | None:
    notes = (
        _X.branch("ram:IncludedNote", _X.leaf("ram:Content", note.text), _X.leaf("ram:SubjectCode", note.subject_code))
        for note in invoice.notes
    )
    return _X.branch(
        "rsm:ExchangedDocument",
        _X.leaf("ram:ID", invoice.number),
        _X.leaf("ram:TypeCode", invoice.type_code),
        _day("ram:IssueDateTime", invoice.issue_date),
        notes,
    )


def _day(name: str, day: date | None) -> Node | None:
    return _X.branch(name, _X.leaf("udt:DateTimeString", compact_date(day), format="102"))


def _line(line: Line) -> Node | None:
    return _X.branch(
        "ram:IncludedSupplyChainTradeLineItem",
        _X.branch(
            "ram:AssociatedDocumentLineDocument",
            _X.leaf("ram:LineID", line.id),
            _X.branch("ram:IncludedNote", _X.leaf("ram:Content", line.note)),
        ),
        _X.branch(
            "ram:SpecifiedTradeProduct",
            _X.leaf("ram:SellerAssignedID", line.seller_item_id),
            _X.leaf("ram:Name", line.name),
            _X.leaf("ram:Description", line.description),
        ),
        _X.branch(
            "ram:SpecifiedLineTradeAgreement",
            _X.branch(
                "ram:NetPriceProductTradePrice",
                _X.leaf("ram:ChargeAmount", line.net_price),
                _X.leaf("ram:BasisQuantity", line.price_base_quantity, unitCode=line.unit_code),
            ),
        ),
        _X.branch(
            "ram:SpecifiedLineTradeDelivery", _X.leaf("ram:BilledQuantity", line.quantity, unitCode=line.unit_code)
        ),
        _line_settlement(line),
    )


def _line_settlement(line: Line) -> Node | None:
    return _X.branch(
        "ram:SpecifiedLineTradeSettlement",
        _tax("ram:ApplicableTradeTax", line.vat_category, line.vat_percentage),
        _period(line.period_start, line.period_end),
        map(_allowance_charge, line.allowances_charges),
        _X.branch("ram:SpecifiedTradeSettlementLineMonetarySummation", _X.leaf("ram:LineTotalAmount", line.net_amount)),
    )


def _tax(name: str, category: str, percentage: Decimal | None) -> Node | None:
    if not category:
        return None
    return _X.branch(
        name,
        _X.leaf("ram:TypeCode", "VAT"),
        _X.leaf("ram:CategoryCode", category),
        _X.leaf("ram:RateApplicablePercent", percentage),
    )


def _period(start: date | None, end: date | None) -> Node | None:
    return _X.branch("ram:BillingSpecifiedPeriod", _day("ram:StartDateTime", start), _day("ram:EndDateTime", end))


def _allowance_charge(entry: AllowanceCharge) -> Node | None:
    return _X.branch(
        "ram:SpecifiedTradeAllowanceCharge",
        _X.branch("ram:ChargeIndicator", _X.leaf("udt:Indicator", "true" if entry.is_charge else "false")),
        _X.leaf("ram:CalculationPercent", entry.percentage),
        _X.leaf("ram:BasisAmount", entry.base_amount),
        _X.leaf("ram:ActualAmount", entry.amount),
        _X.leaf("ram:ReasonCode", entry.reason_code),
        _X.leaf("ram:Reason", entry.reason),
        _tax("ram:CategoryTradeTax", entry.vat_category, entry.vat_percentage),
    )


def _agreement(invoice: EInvoice) -> Node | None:
    return _X.branch(
        "ram:ApplicableHeaderTradeAgreement",
        _X.leaf("ram:BuyerReference", invoice.buyer_reference),
        _party("ram:SellerTradeParty", invoice.seller),
        _party("ram:BuyerTradeParty", invoice.buyer),
        _reference("ram:BuyerOrderReferencedDocument", invoice.purchase_order),
        _reference("ram:ContractReferencedDocument", invoice.contract_reference),
    )


def _reference(name: str, number: str) -> Node | None:
    return _X.branch(name, _X.leaf("ram:IssuerAssignedID", number))


def _party(name: str, party: Party) -> Node | None:
    registration = party.legal_registration
    return _X.branch(
        name,
        (_X.leaf("ram:ID", each.value) for each in party.identifiers if not each.scheme),
        (_X.leaf("ram:GlobalID", each.value, schemeID=each.scheme) for each in party.identifiers if each.scheme),
        _X.leaf("ram:Name", party.name),
        _X.leaf("ram:Description", party.legal_information),
        _X.branch(
            "ram:SpecifiedLegalOrganization",
            _identifier("ram:ID", registration),
            _X.leaf("ram:TradingBusinessName", party.trading_name),
        ),
        _contact(party.contact),
        _address(party.address),
        _X.branch("ram:URIUniversalCommunication", _identifier("ram:URIID", party.electronic_address)),
        _X.branch("ram:SpecifiedTaxRegistration", _X.leaf("ram:ID", party.vat_number, schemeID="VA")),
        _X.branch("ram:SpecifiedTaxRegistration", _X.leaf("ram:ID", party.tax_number, schemeID="FC")),
    )


def _identifier(name: str, identifier: Identifier | None) -> Node | None:
    return _X.leaf(name, identifier.value, schemeID=identifier.scheme) if identifier else None


def _contact(contact: Contact | None) -> Node | None:
    if contact is None:
        return None
    return _X.branch(
        "ram:DefinedTradeContact",
        _X.leaf("ram:PersonName", contact.name),
        _X.branch("ram:TelephoneUniversalCommunication", _X.leaf("ram:CompleteNumber", contact.telephone)),
        _X.branch("ram:EmailURIUniversalCommunication", _X.leaf("ram:URIID", contact.email)),
    )


def _address(address: PostalAddress) -> Node | None:
    return _X.branch(
        "ram:PostalTradeAddress",
        _X.leaf("ram:PostcodeCode", address.post_code),
        _X.leaf("ram:LineOne", address.line_1),
        _X.leaf("ram:LineTwo", address.line_2),
        _X.leaf("ram:LineThree", address.line_3),
        _X.leaf("ram:CityName", address.city),
        _X.leaf("ram:CountryID", address.country),
        _X.leaf("ram:CountrySubDivisionName", address.subdivision),
    )


def _delivery(invoice: EInvoice) -> Node:
    """BG-13. The schema wants the element also where there is nothing to say."""
    place = invoice.deliver_to
    return _X.root(
        "ram:ApplicableHeaderTradeDelivery",
        _X.branch(
            "ram:ShipToTradeParty",
            _X.leaf("ram:Name", invoice.deliver_to_name),
            _address(place) if place else None,
        ),
        _X.branch("ram:ActualDeliverySupplyChainEvent", _day("ram:OccurrenceDateTime", invoice.delivery_date)),
    )


def _settlement(invoice: EInvoice) -> Node | None:
    payment = invoice.payment
    return _X.branch(
        "ram:ApplicableHeaderTradeSettlement",
        _X.leaf("ram:PaymentReference", payment.remittance_information) if payment else None,
        _X.leaf("ram:InvoiceCurrencyCode", invoice.currency),
        _payment(payment) if payment else None,
        (_vat_group(group, invoice.tax_point) for group in invoice.vat_groups),
        _period(invoice.period_start, invoice.period_end),
        map(_allowance_charge, invoice.allowances_charges),
        _X.branch(
            "ram:SpecifiedTradePaymentTerms",
            _X.leaf("ram:Description", invoice.payment_terms),
            _day("ram:DueDateDateTime", invoice.due_date),
        ),
        _totals(invoice),
        map(_preceding, invoice.preceding_invoices),
    )


def _payment(payment: PaymentInstructions) -> Node | None:
    return _X.branch(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        _X.leaf("ram:TypeCode", payment.type_code),
        _X.leaf("ram:Information", payment.text),
        _X.branch(
            "ram:PayeePartyCreditorFinancialAccount",
            _X.leaf("ram:IBANID", payment.iban),
            _X.leaf("ram:AccountName", payment.account_name),
        ),
        _X.branch("ram:PayeeSpecifiedCreditorFinancialInstitution", _X.leaf("ram:BICID", payment.bic)),
    )


def _vat_group(group: VatGroup, tax_point: TaxPoint) -> Node | None:
    return _X.branch(
        "ram:ApplicableTradeTax",
        _X.leaf("ram:CalculatedAmount", group.vat_amount),
        _X.leaf("ram:TypeCode", "VAT"),
        _X.leaf("ram:ExemptionReason", group.exemption_reason),
        _X.leaf("ram:BasisAmount", group.taxable_amount),
        _X.leaf("ram:CategoryCode", group.category),
        _X.leaf("ram:ExemptionReasonCode", group.exemption_reason_code),
        _X.leaf("ram:DueDateTypeCode", _TAX_POINTS.get(tax_point)),
        _X.leaf("ram:RateApplicablePercent", group.percentage),
    )


def _totals(invoice: EInvoice) -> Node | None:
    totals = invoice.totals
    charges = [entry.is_charge for entry in invoice.allowances_charges]
    return _X.branch(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        _X.leaf("ram:LineTotalAmount", totals.line_total),
        _X.leaf("ram:ChargeTotalAmount", shown(totals.charge_total, charges)),
        _X.leaf("ram:AllowanceTotalAmount", shown(totals.allowance_total, (not each for each in charges))),
        _X.leaf("ram:TaxBasisTotalAmount", totals.tax_exclusive),
        _X.leaf("ram:TaxTotalAmount", totals.vat_total, currencyID=invoice.currency),
        _X.leaf("ram:RoundingAmount", totals.rounding_amount or None),
        _X.leaf("ram:GrandTotalAmount", totals.tax_inclusive),
        _X.leaf("ram:TotalPrepaidAmount", totals.paid_amount or None),
        _X.leaf("ram:DuePayableAmount", totals.amount_due),
    )


def _preceding(earlier: PrecedingInvoice) -> Node | None:
    day = _X.leaf("qdt:DateTimeString", compact_date(earlier.issue_date), format="102")
    return _X.branch(
        "ram:InvoiceReferencedDocument",
        _X.leaf("ram:IssuerAssignedID", earlier.number),
        _X.branch("ram:FormattedIssueDateTime", day),
    )

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
from counterfoil.formats.xml_tree import Node, branch, closed, compact_date, leaf, root, shown, written

_NAMESPACES: Final = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
# BT-8, UNTDID 2475.
_TAX_POINTS: Final[dict[TaxPoint, str]] = {"invoice_date": "5", "delivery": "29", "payment": "72"}


def write(invoice: EInvoice) -> bytes:
    """The invoice as CII, UTF-8; equal invoices give equal bytes."""
    lines = (_line(line) for line in invoice.lines)
    top = root(
        "rsm:CrossIndustryInvoice",
        branch(
            "rsm:ExchangedDocumentContext",
            branch("ram:BusinessProcessSpecifiedDocumentContextParameter", leaf("ram:ID", invoice.process)),
            branch("ram:GuidelineSpecifiedDocumentContextParameter", leaf("ram:ID", invoice.specification)),
        ),
        _exchanged_document(invoice),
        branch("rsm:SupplyChainTradeTransaction", lines, _agreement(invoice), _delivery(invoice), _settlement(invoice)),
    )
    return written(top, _NAMESPACES)


def _exchanged_document(invoice: EInvoice) -> Node | None:
    notes = (
        branch("ram:IncludedNote", leaf("ram:Content", note.text), leaf("ram:SubjectCode", note.subject_code))
        for note in invoice.notes
    )
    return branch(
        "rsm:ExchangedDocument",
        leaf("ram:ID", invoice.number),
        leaf("ram:TypeCode", invoice.type_code),
        _day("ram:IssueDateTime", invoice.issue_date),
        notes,
    )


def _day(name: str, day: date | None) -> Node | None:
    return branch(name, leaf("udt:DateTimeString", compact_date(day), format="102"))


def _line(line: Line) -> Node | None:
    return branch(
        "ram:IncludedSupplyChainTradeLineItem",
        branch(
            "ram:AssociatedDocumentLineDocument",
            leaf("ram:LineID", line.id),
            branch("ram:IncludedNote", leaf("ram:Content", line.note)),
        ),
        branch(
            "ram:SpecifiedTradeProduct",
            leaf("ram:SellerAssignedID", line.seller_item_id),
            leaf("ram:Name", line.name),
            leaf("ram:Description", line.description),
        ),
        branch(
            "ram:SpecifiedLineTradeAgreement",
            branch(
                "ram:NetPriceProductTradePrice",
                leaf("ram:ChargeAmount", line.net_price),
                leaf("ram:BasisQuantity", line.price_base_quantity, unitCode=line.unit_code),
            ),
        ),
        branch("ram:SpecifiedLineTradeDelivery", leaf("ram:BilledQuantity", line.quantity, unitCode=line.unit_code)),
        _line_settlement(line),
    )


def _line_settlement(line: Line) -> Node | None:
    return branch(
        "ram:SpecifiedLineTradeSettlement",
        _tax("ram:ApplicableTradeTax", line.vat_category, line.vat_percentage),
        _period(line.period_start, line.period_end),
        map(_allowance_charge, line.allowances_charges),
        branch("ram:SpecifiedTradeSettlementLineMonetarySummation", leaf("ram:LineTotalAmount", line.net_amount)),
    )


def _tax(name: str, category: str, percentage: Decimal | None) -> Node | None:
    if not category:
        return None
    return branch(
        name,
        leaf("ram:TypeCode", "VAT"),
        leaf("ram:CategoryCode", category),
        leaf("ram:RateApplicablePercent", percentage),
    )


def _period(start: date | None, end: date | None) -> Node | None:
    return branch("ram:BillingSpecifiedPeriod", _day("ram:StartDateTime", start), _day("ram:EndDateTime", end))


def _allowance_charge(entry: AllowanceCharge) -> Node | None:
    return branch(
        "ram:SpecifiedTradeAllowanceCharge",
        branch("ram:ChargeIndicator", leaf("udt:Indicator", "true" if entry.is_charge else "false")),
        leaf("ram:CalculationPercent", entry.percentage),
        leaf("ram:BasisAmount", entry.base_amount),
        leaf("ram:ActualAmount", entry.amount),
        leaf("ram:ReasonCode", entry.reason_code),
        leaf("ram:Reason", entry.reason),
        _tax("ram:CategoryTradeTax", entry.vat_category, entry.vat_percentage),
    )


def _agreement(invoice: EInvoice) -> Node | None:
    return branch(
        "ram:ApplicableHeaderTradeAgreement",
        leaf("ram:BuyerReference", invoice.buyer_reference),
        _party("ram:SellerTradeParty", invoice.seller),
        _party("ram:BuyerTradeParty", invoice.buyer),
        _reference("ram:BuyerOrderReferencedDocument", invoice.purchase_order),
        _reference("ram:ContractReferencedDocument", invoice.contract_reference),
    )


def _reference(name: str, number: str) -> Node | None:
    return branch(name, leaf("ram:IssuerAssignedID", number))


def _party(name: str, party: Party) -> Node | None:
    registration = party.legal_registration
    return branch(
        name,
        (leaf("ram:ID", each.value) for each in party.identifiers if not each.scheme),
        (leaf("ram:GlobalID", each.value, schemeID=each.scheme) for each in party.identifiers if each.scheme),
        leaf("ram:Name", party.name),
        leaf("ram:Description", party.legal_information),
        branch(
            "ram:SpecifiedLegalOrganization",
            _identifier("ram:ID", registration),
            leaf("ram:TradingBusinessName", party.trading_name),
        ),
        _contact(party.contact),
        _address(party.address),
        branch("ram:URIUniversalCommunication", _identifier("ram:URIID", party.electronic_address)),
        branch("ram:SpecifiedTaxRegistration", leaf("ram:ID", party.vat_number, schemeID="VA")),
        branch("ram:SpecifiedTaxRegistration", leaf("ram:ID", party.tax_number, schemeID="FC")),
    )


def _identifier(name: str, identifier: Identifier | None) -> Node | None:
    return leaf(name, identifier.value, schemeID=identifier.scheme) if identifier else None


def _contact(contact: Contact | None) -> Node | None:
    if contact is None:
        return None
    return branch(
        "ram:DefinedTradeContact",
        leaf("ram:PersonName", contact.name),
        branch("ram:TelephoneUniversalCommunication", leaf("ram:CompleteNumber", contact.telephone)),
        branch("ram:EmailURIUniversalCommunication", leaf("ram:URIID", contact.email)),
    )


def _address(address: PostalAddress) -> Node | None:
    return branch(
        "ram:PostalTradeAddress",
        leaf("ram:PostcodeCode", address.post_code),
        leaf("ram:LineOne", address.line_1),
        leaf("ram:LineTwo", address.line_2),
        leaf("ram:LineThree", address.line_3),
        leaf("ram:CityName", address.city),
        leaf("ram:CountryID", address.country),
        leaf("ram:CountrySubDivisionName", address.subdivision),
    )


def _delivery(invoice: EInvoice) -> Node:
    """BG-13. The schema wants the element also where there is nothing to say."""
    place = invoice.deliver_to
    return root(
        "ram:ApplicableHeaderTradeDelivery",
        branch(
            "ram:ShipToTradeParty",
            leaf("ram:Name", invoice.deliver_to_name),
            _address(place) if place else None,
        ),
        branch("ram:ActualDeliverySupplyChainEvent", _day("ram:OccurrenceDateTime", invoice.delivery_date)),
    )


def _settlement(invoice: EInvoice) -> Node | None:
    payment = invoice.payment
    return branch(
        "ram:ApplicableHeaderTradeSettlement",
        leaf("ram:PaymentReference", payment.remittance_information) if payment else None,
        leaf("ram:InvoiceCurrencyCode", invoice.currency),
        _payment(payment) if payment else None,
        (_vat_group(group, invoice.tax_point) for group in invoice.vat_groups),
        _period(invoice.period_start, invoice.period_end),
        map(_allowance_charge, invoice.allowances_charges),
        branch(
            "ram:SpecifiedTradePaymentTerms",
            leaf("ram:Description", closed(invoice.payment_terms)),
            _day("ram:DueDateDateTime", invoice.due_date),
        ),
        _totals(invoice),
        map(_preceding, invoice.preceding_invoices),
    )


def _payment(payment: PaymentInstructions) -> Node | None:
    return branch(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        leaf("ram:TypeCode", payment.type_code),
        leaf("ram:Information", payment.text),
        branch(
            "ram:PayeePartyCreditorFinancialAccount",
            leaf("ram:IBANID", payment.iban),
            leaf("ram:AccountName", payment.account_name),
        ),
        branch("ram:PayeeSpecifiedCreditorFinancialInstitution", leaf("ram:BICID", payment.bic)),
    )


def _vat_group(group: VatGroup, tax_point: TaxPoint) -> Node | None:
    return branch(
        "ram:ApplicableTradeTax",
        leaf("ram:CalculatedAmount", group.vat_amount),
        leaf("ram:TypeCode", "VAT"),
        leaf("ram:ExemptionReason", group.exemption_reason),
        leaf("ram:BasisAmount", group.taxable_amount),
        leaf("ram:CategoryCode", group.category),
        leaf("ram:ExemptionReasonCode", group.exemption_reason_code),
        leaf("ram:DueDateTypeCode", _TAX_POINTS.get(tax_point)),
        leaf("ram:RateApplicablePercent", group.percentage),
    )


def _totals(invoice: EInvoice) -> Node | None:
    totals = invoice.totals
    charges = [entry.is_charge for entry in invoice.allowances_charges]
    return branch(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        leaf("ram:LineTotalAmount", totals.line_total),
        leaf("ram:ChargeTotalAmount", shown(totals.charge_total, charges)),
        leaf("ram:AllowanceTotalAmount", shown(totals.allowance_total, (not each for each in charges))),
        leaf("ram:TaxBasisTotalAmount", totals.tax_exclusive),
        leaf("ram:TaxTotalAmount", totals.vat_total, currencyID=invoice.currency),
        leaf("ram:RoundingAmount", totals.rounding_amount or None),
        leaf("ram:GrandTotalAmount", totals.tax_inclusive),
        leaf("ram:TotalPrepaidAmount", totals.paid_amount or None),
        leaf("ram:DuePayableAmount", totals.amount_due),
    )


def _preceding(earlier: PrecedingInvoice) -> Node | None:
    day = leaf("qdt:DateTimeString", compact_date(earlier.issue_date), format="102")
    return branch(
        "ram:InvoiceReferencedDocument",
        leaf("ram:IssuerAssignedID", earlier.number),
        branch("ram:FormattedIssueDateTime", day),
    )

"""An e-invoice as UBL 2.1 Invoice or CreditNote: the other syntax of EN 16931 and of XRechnung.

Elements stand in the order of OASIS's schemas, which differ between the two documents at a few places.
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
    Note,
    Party,
    PaymentInstructions,
    PostalAddress,
    PrecedingInvoice,
    TaxPoint,
    VatGroup,
)
from counterfoil.formats.xml_tree import Node, branch, closed, leaf, root, shown, written

_INVOICE: Final = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
_CREDIT_NOTE: Final = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
_NAMESPACES: Final = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
# BT-8, UNTDID 2005.
_TAX_POINTS: Final[dict[TaxPoint, str]] = {"invoice_date": "3", "delivery": "35", "payment": "432"}


def write(invoice: EInvoice) -> bytes:
    """The invoice as UBL, UTF-8; equal invoices give equal bytes."""
    top, namespace = (_credit_note(invoice), _CREDIT_NOTE) if invoice.is_credit_note else (_invoice(invoice), _INVOICE)
    return written(top, {"": namespace, **_NAMESPACES})


def _invoice(invoice: EInvoice) -> Node:
    return root(
        "Invoice",
        _head(invoice),
        leaf("cbc:IssueDate", _day(invoice.issue_date)),
        leaf("cbc:DueDate", _day(invoice.due_date)),
        leaf("cbc:InvoiceTypeCode", invoice.type_code),
        _middle(invoice),
        _payment(invoice.payment, None),
        _tail(invoice),
        (_line("Invoice", "Invoiced", line, invoice.currency) for line in invoice.lines),
    )


def _credit_note(invoice: EInvoice) -> Node:
    return root(
        "CreditNote",
        _head(invoice),
        leaf("cbc:IssueDate", _day(invoice.issue_date)),
        leaf("cbc:CreditNoteTypeCode", invoice.type_code),
        _middle(invoice),
        # A credit note has its due date here: it has no other place for one.
        _payment(invoice.payment, invoice.due_date),
        _tail(invoice),
        (_line("CreditNote", "Credited", line, invoice.currency) for line in invoice.lines),
    )


def _head(invoice: EInvoice) -> tuple[Node | None, ...]:
    return (
        leaf("cbc:CustomizationID", invoice.specification),
        leaf("cbc:ProfileID", invoice.process),
        leaf("cbc:ID", invoice.number),
    )


def _middle(invoice: EInvoice) -> tuple[Node | None, ...]:
    """From the notes to the delivery: what both documents have in the same order."""
    return (
        *map(_note, invoice.notes),
        leaf("cbc:DocumentCurrencyCode", invoice.currency),
        leaf("cbc:BuyerReference", invoice.buyer_reference),
        _period(invoice.period_start, invoice.period_end, _TAX_POINTS.get(invoice.tax_point)),
        branch("cac:OrderReference", leaf("cbc:ID", invoice.purchase_order)),
        *map(_preceding, invoice.preceding_invoices),
        branch("cac:ContractDocumentReference", leaf("cbc:ID", invoice.contract_reference)),
        branch("cac:AccountingSupplierParty", _party(invoice.seller)),
        branch("cac:AccountingCustomerParty", _party(invoice.buyer)),
        _delivery(invoice),
    )


def _note(note: Note) -> Node | None:
    """BT-21 stands before BT-22 between two #."""
    return leaf("cbc:Note", f"#{note.subject_code}#{note.text}" if note.subject_code else note.text)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _period(start: date | None, end: date | None, tax_point: str | None = None) -> Node | None:
    return branch(
        "cac:InvoicePeriod",
        leaf("cbc:StartDate", _day(start)),
        leaf("cbc:EndDate", _day(end)),
        leaf("cbc:DescriptionCode", tax_point),
    )


def _preceding(earlier: PrecedingInvoice) -> Node | None:
    return branch(
        "cac:BillingReference",
        branch(
            "cac:InvoiceDocumentReference",
            leaf("cbc:ID", earlier.number),
            leaf("cbc:IssueDate", _day(earlier.issue_date)),
        ),
    )


def _party(party: Party) -> Node | None:
    return branch(
        "cac:Party",
        _identifier("cbc:EndpointID", party.electronic_address),
        (branch("cac:PartyIdentification", _identifier("cbc:ID", each)) for each in party.identifiers),
        branch("cac:PartyName", leaf("cbc:Name", party.trading_name)),
        _address("cac:PostalAddress", party.address),
        _tax_scheme(party.vat_number, "VAT"),
        _tax_scheme(party.tax_number, "FC"),
        branch(
            "cac:PartyLegalEntity",
            leaf("cbc:RegistrationName", party.name),
            _identifier("cbc:CompanyID", party.legal_registration),
            leaf("cbc:CompanyLegalForm", party.legal_information),
        ),
        _contact(party.contact),
    )


def _identifier(name: str, identifier: Identifier | None) -> Node | None:
    return leaf(name, identifier.value, schemeID=identifier.scheme) if identifier else None


def _tax_scheme(number: str, scheme: str) -> Node | None:
    if not number:
        return None
    return branch(
        "cac:PartyTaxScheme",
        leaf("cbc:CompanyID", number),
        branch("cac:TaxScheme", leaf("cbc:ID", scheme)),
    )


def _contact(contact: Contact | None) -> Node | None:
    if contact is None:
        return None
    return branch(
        "cac:Contact",
        leaf("cbc:Name", contact.name),
        leaf("cbc:Telephone", contact.telephone),
        leaf("cbc:ElectronicMail", contact.email),
    )


def _address(name: str, address: PostalAddress) -> Node | None:
    return branch(
        name,
        leaf("cbc:StreetName", address.line_1),
        leaf("cbc:AdditionalStreetName", address.line_2),
        leaf("cbc:CityName", address.city),
        leaf("cbc:PostalZone", address.post_code),
        leaf("cbc:CountrySubentity", address.subdivision),
        branch("cac:AddressLine", leaf("cbc:Line", address.line_3)),
        branch("cac:Country", leaf("cbc:IdentificationCode", address.country)),
    )


def _delivery(invoice: EInvoice) -> Node | None:
    place = invoice.deliver_to
    return branch(
        "cac:Delivery",
        leaf("cbc:ActualDeliveryDate", _day(invoice.delivery_date)),
        branch("cac:DeliveryLocation", _address("cac:Address", place) if place else None),
        branch("cac:DeliveryParty", branch("cac:PartyName", leaf("cbc:Name", invoice.deliver_to_name))),
    )


def _payment(payment: PaymentInstructions | None, due_date: date | None) -> Node | None:
    if payment is None:
        return None
    return branch(
        "cac:PaymentMeans",
        leaf("cbc:PaymentMeansCode", payment.type_code, name=payment.text),
        leaf("cbc:PaymentDueDate", _day(due_date)),
        leaf("cbc:PaymentID", payment.remittance_information),
        branch(
            "cac:PayeeFinancialAccount",
            leaf("cbc:ID", payment.iban),
            leaf("cbc:Name", payment.account_name),
            branch("cac:FinancialInstitutionBranch", leaf("cbc:ID", payment.bic)),
        ),
    )


def _tail(invoice: EInvoice) -> tuple[Node | None, ...]:
    """From the payment terms to the totals: what both documents have in the same order."""
    return (
        branch("cac:PaymentTerms", leaf("cbc:Note", closed(invoice.payment_terms))),
        *(_allowance_charge(entry, invoice.currency) for entry in invoice.allowances_charges),
        branch(
            "cac:TaxTotal",
            _amount("cbc:TaxAmount", invoice.totals.vat_total, invoice.currency),
            (_vat_group(group, invoice.currency) for group in invoice.vat_groups),
        ),
        _totals(invoice),
    )


def _amount(name: str, amount: Decimal | None, currency: str) -> Node | None:
    return leaf(name, amount, currencyID=currency)


def _allowance_charge(entry: AllowanceCharge, currency: str) -> Node | None:
    return branch(
        "cac:AllowanceCharge",
        leaf("cbc:ChargeIndicator", "true" if entry.is_charge else "false"),
        leaf("cbc:AllowanceChargeReasonCode", entry.reason_code),
        leaf("cbc:AllowanceChargeReason", entry.reason),
        leaf("cbc:MultiplierFactorNumeric", entry.percentage),
        _amount("cbc:Amount", entry.amount, currency),
        _amount("cbc:BaseAmount", entry.base_amount, currency),
        _tax_category("cac:TaxCategory", entry.vat_category, entry.vat_percentage),
    )


def _tax_category(
    name: str, category: str, percentage: Decimal | None, reason_code: str = "", reason: str = ""
) -> Node | None:
    if not category:
        return None
    return branch(
        name,
        leaf("cbc:ID", category),
        leaf("cbc:Percent", percentage),
        leaf("cbc:TaxExemptionReasonCode", reason_code),
        leaf("cbc:TaxExemptionReason", reason),
        branch("cac:TaxScheme", leaf("cbc:ID", "VAT")),
    )


def _vat_group(group: VatGroup, currency: str) -> Node | None:
    return branch(
        "cac:TaxSubtotal",
        _amount("cbc:TaxableAmount", group.taxable_amount, currency),
        _amount("cbc:TaxAmount", group.vat_amount, currency),
        _tax_category(
            "cac:TaxCategory", group.category, group.percentage, group.exemption_reason_code, group.exemption_reason
        ),
    )


def _totals(invoice: EInvoice) -> Node | None:
    totals, currency = invoice.totals, invoice.currency
    charges = [entry.is_charge for entry in invoice.allowances_charges]
    return branch(
        "cac:LegalMonetaryTotal",
        _amount("cbc:LineExtensionAmount", totals.line_total, currency),
        _amount("cbc:TaxExclusiveAmount", totals.tax_exclusive, currency),
        _amount("cbc:TaxInclusiveAmount", totals.tax_inclusive, currency),
        _amount("cbc:AllowanceTotalAmount", shown(totals.allowance_total, (not each for each in charges)), currency),
        _amount("cbc:ChargeTotalAmount", shown(totals.charge_total, charges), currency),
        _amount("cbc:PrepaidAmount", totals.paid_amount or None, currency),
        _amount("cbc:PayableRoundingAmount", totals.rounding_amount or None, currency),
        _amount("cbc:PayableAmount", totals.amount_due, currency),
    )


def _line(kind: str, verb: str, line: Line, currency: str) -> Node | None:
    """A line. kind and verb: how the document calls it and its quantity."""
    return branch(
        f"cac:{kind}Line",
        leaf("cbc:ID", line.id),
        leaf("cbc:Note", line.note),
        leaf(f"cbc:{verb}Quantity", line.quantity, unitCode=line.unit_code),
        _amount("cbc:LineExtensionAmount", line.net_amount, currency),
        _period(line.period_start, line.period_end),
        (_allowance_charge(entry, currency) for entry in line.allowances_charges),
        branch(
            "cac:Item",
            leaf("cbc:Description", line.description),
            leaf("cbc:Name", line.name),
            branch("cac:SellersItemIdentification", leaf("cbc:ID", line.seller_item_id)),
            _tax_category("cac:ClassifiedTaxCategory", line.vat_category, line.vat_percentage),
        ),
        branch(
            "cac:Price",
            _amount("cbc:PriceAmount", line.net_price, currency),
            leaf("cbc:BaseQuantity", line.price_base_quantity, unitCode=line.unit_code),
        ),
    )

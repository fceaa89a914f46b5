"""UBL 2.1 Invoice and CreditNote as values: EN 16931, XRechnung with its extension, Peppol BIS 3."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from counterfoil.domain.einvoice import (
    AllowanceCharge,
    Contact,
    DocumentTotals,
    EInvoice,
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
from counterfoil.formats.read_xml import Element, Terms, content, identified, missing

_SCHEMA: Final = "urn:oasis:names:specification:ubl:schema:xsd"
INVOICE_ROOT: Final = f"{{{_SCHEMA}:Invoice-2}}Invoice"
CREDIT_NOTE_ROOT: Final = f"{{{_SCHEMA}:CreditNote-2}}CreditNote"
_UBL: Final = Terms(
    {"cbc": f"{_SCHEMA}:CommonBasicComponents-2", "cac": f"{_SCHEMA}:CommonAggregateComponents-2"}
)  # fmt: skip
# UNTDID 2005, as EN 16931 maps BT-8 for UBL.
_TAX_POINTS: Final[Mapping[str, TaxPoint]] = {"3": "invoice_date", "35": "delivery", "432": "payment"}
# UBL has no element for BT-21: EN 16931-3-2 writes the code into the text.
_NOTE = re.compile(r"#([A-Z]{3})#\s*(.*)", re.DOTALL)
_SEPA: Final = "SEPA"  # the scheme of BT-90, which stands among the seller's identifiers


def received(root: Element) -> ReceivedInvoice:
    """The invoice or credit note. Raises Unreadable when it lacks what every invoice says."""
    is_credit_note = root.tag == CREDIT_NOTE_ROOT
    type_code = _UBL.text(root, "cbc:CreditNoteTypeCode" if is_credit_note else "cbc:InvoiceTypeCode")
    type_code = type_code or ("381" if is_credit_note else "380")
    means = _UBL.all(root, "cac:PaymentMeans")
    invoice = _invoice(root, type_code, means, is_credit_note=is_credit_note)
    return ReceivedInvoice(
        invoice,
        invoice.totals.amount_due,
        document_type=type_code,
        ibans=tuple(filter(None, (_UBL.text(each, f"{_ACCOUNT}/cbc:ID") for each in means))),
        # BG-DEX-09 of XRechnung's extension: what others' invoices add to the amount due.
        third_party_payments=sum(
            (_UBL.amount(each, "cbc:PaidAmount") for each in _UBL.all(root, "cac:PrepaidPayment")), ZERO
        ),
    )


def _invoice(root: Element, type_code: str, means: list[Element], *, is_credit_note: bool) -> EInvoice:
    issued = _UBL.day(root, "cbc:IssueDate")
    if issued is None:
        raise missing("day of issue")
    currency = _UBL.needed(root, "cbc:DocumentCurrencyCode", "currency")
    tax_total = _tax_total(root, currency)
    period = _UBL.one(root, "cac:InvoicePeriod")
    delivery = _UBL.one(root, "cac:Delivery")
    due = _UBL.day(root, "cbc:DueDate") or next(
        filter(None, (_UBL.day(each, "cbc:PaymentDueDate") for each in means)), None
    )
    lines = _UBL.all(root, "cac:CreditNoteLine" if is_credit_note else "cac:InvoiceLine")
    return EInvoice(
        specification=_UBL.text(root, "cbc:CustomizationID"),
        process=_UBL.text(root, "cbc:ProfileID"),
        number=_UBL.needed(root, "cbc:ID", "number"),
        issue_date=issued,
        type_code=type_code,
        currency=currency,
        seller=_party(_UBL.one(root, "cac:AccountingSupplierParty/cac:Party"), "seller"),
        buyer=_party(_UBL.one(root, "cac:AccountingCustomerParty/cac:Party"), "buyer"),
        totals=_totals(_UBL.one(root, "cac:LegalMonetaryTotal"), _UBL.amount(tax_total, "cbc:TaxAmount")),
        vat_groups=tuple(_vat_group(each) for each in _UBL.all(tax_total, "cac:TaxSubtotal")),
        lines=tuple(_line(each, is_credit_note=is_credit_note) for each in lines),
        tax_point=_TAX_POINTS.get(_UBL.text(period, "cbc:DescriptionCode"), ""),
        due_date=due,
        buyer_reference=_UBL.text(root, "cbc:BuyerReference"),
        contract_reference=_UBL.text(root, "cac:ContractDocumentReference/cbc:ID"),
        purchase_order=_UBL.text(root, "cac:OrderReference/cbc:ID"),
        payment_terms="\n".join(_texts(_UBL.all(root, "cac:PaymentTerms"), "cbc:Note")),
        notes=tuple(_note(text) for text in _texts([root], "cbc:Note")),
        preceding_invoices=tuple(_preceding(root)),
        delivery_date=_UBL.day(delivery, "cbc:ActualDeliveryDate"),
        period_start=_UBL.day(period, "cbc:StartDate"),
        period_end=_UBL.day(period, "cbc:EndDate"),
        deliver_to_name=_UBL.text(delivery, "cac:DeliveryParty/cac:PartyName/cbc:Name"),
        deliver_to=_address(_UBL.one(delivery, "cac:DeliveryLocation/cac:Address")),
        payment=_payment(means),
        allowances_charges=tuple(_allowance(each) for each in _UBL.all(root, "cac:AllowanceCharge")),
    )


def _texts(starts: Iterable[Element], path: str) -> list[str]:
    return [text for start in starts for each in _UBL.all(start, path) if (text := content(each))]


def _note(text: str) -> Note:
    coded = _NOTE.fullmatch(text)
    return Note(coded[2], coded[1]) if coded else Note(text)


def _preceding(root: Element) -> Iterable[PrecedingInvoice]:
    for each in _UBL.all(root, "cac:BillingReference"):
        for kind in ("cac:InvoiceDocumentReference", "cac:CreditNoteDocumentReference"):
            number = _UBL.text(each, f"{kind}/cbc:ID")
            if number:
                yield PrecedingInvoice(number, _UBL.day(each, f"{kind}/cbc:IssueDate"))


def _party(party: Element | None, who: str) -> Party:
    if party is None:
        raise missing(who)
    legal = _UBL.one(party, "cac:PartyLegalEntity")
    trading, registered = _UBL.text(party, "cac:PartyName/cbc:Name"), _UBL.text(legal, "cbc:RegistrationName")
    vat, tax = _tax_numbers(party)
    identifiers = (
        identified(_UBL.one(each, "cbc:ID")) for each in _UBL.all(party, "cac:PartyIdentification")
    )  # fmt: skip
    return Party(
        name=registered or trading,
        address=_address(_UBL.one(party, "cac:PostalAddress")) or PostalAddress(),
        trading_name=trading if registered else "",
        identifiers=tuple(each for each in identifiers if each and each.scheme != _SEPA),
        legal_registration=identified(_UBL.one(legal, "cbc:CompanyID")),
        vat_number=vat,
        tax_number=tax,
        legal_information=_UBL.text(legal, "cbc:CompanyLegalForm"),
        electronic_address=identified(_UBL.one(party, "cbc:EndpointID")),
        contact=_contact(_UBL.one(party, "cac:Contact")),
    )


def _tax_numbers(party: Element) -> tuple[str, str]:
    """(BT-31 or BT-48, BT-32)."""
    vat = tax = ""
    for each in _UBL.all(party, "cac:PartyTaxScheme"):
        number = _UBL.text(each, "cbc:CompanyID")
        if _UBL.text(each, "cac:TaxScheme/cbc:ID").upper() == "VAT":
            vat = vat or number
        else:
            tax = tax or number
    return vat, tax


def _address(address: Element | None) -> PostalAddress | None:
    if address is None:
        return None
    return PostalAddress(
        line_1=_UBL.text(address, "cbc:StreetName"),
        line_2=_UBL.text(address, "cbc:AdditionalStreetName"),
        line_3=_UBL.text(address, "cac:AddressLine/cbc:Line"),
        city=_UBL.text(address, "cbc:CityName"),
        post_code=_UBL.text(address, "cbc:PostalZone"),
        subdivision=_UBL.text(address, "cbc:CountrySubentity"),
        country=_UBL.text(address, "cac:Country/cbc:IdentificationCode"),
    )


def _contact(contact: Element | None) -> Contact | None:
    if contact is None:
        return None
    return Contact(
        name=_UBL.text(contact, "cbc:Name"),
        telephone=_UBL.text(contact, "cbc:Telephone"),
        email=_UBL.text(contact, "cbc:ElectronicMail"),
    )


def _tax_total(root: Element, currency: str) -> Element | None:
    """The total with its groups; another one is the same in the currency of the books (BT-111)."""
    totals = _UBL.all(root, "cac:TaxTotal")
    own = (each for each in totals if _currency(_UBL.one(each, "cbc:TaxAmount")) in ("", currency))
    return next(own, totals[0] if totals else None)


def _currency(element: Element | None) -> str:
    return element.get("currencyID", "") if element is not None else ""


def _totals(total: Element | None, vat_total: Decimal) -> DocumentTotals:
    net, gross = _UBL.number(total, "cbc:TaxExclusiveAmount"), _UBL.number(total, "cbc:TaxInclusiveAmount")
    due = _UBL.number(total, "cbc:PayableAmount")
    if net is None or (gross is None and due is None):
        raise missing("totals")
    allowances, charges = _UBL.amount(total, "cbc:AllowanceTotalAmount"), _UBL.amount(total, "cbc:ChargeTotalAmount")
    paid, rounding = _UBL.amount(total, "cbc:PrepaidAmount"), _UBL.amount(total, "cbc:PayableRoundingAmount")
    line_total = _UBL.number(total, "cbc:LineExtensionAmount")
    gross = net + vat_total if gross is None else gross
    return DocumentTotals(
        line_total=net + allowances - charges if line_total is None else line_total,
        allowance_total=allowances,
        charge_total=charges,
        tax_exclusive=net,
        vat_total=vat_total,
        tax_inclusive=gross,
        paid_amount=paid,
        amount_due=gross - paid + rounding if due is None else due,
        rounding_amount=rounding,
    )


def _vat_group(subtotal: Element) -> VatGroup:
    category = _UBL.one(subtotal, "cac:TaxCategory")
    return VatGroup(
        category=_UBL.text(category, "cbc:ID"),
        percentage=_UBL.number(category, "cbc:Percent"),
        taxable_amount=_UBL.amount(subtotal, "cbc:TaxableAmount"),
        vat_amount=_UBL.amount(subtotal, "cbc:TaxAmount"),
        exemption_reason="\n".join(_texts([category] if category is not None else [], "cbc:TaxExemptionReason")),
        exemption_reason_code=_UBL.text(category, "cbc:TaxExemptionReasonCode"),
    )


def _allowance(element: Element) -> AllowanceCharge:
    category = _UBL.one(element, "cac:TaxCategory")
    return AllowanceCharge(
        is_charge=_UBL.text(element, "cbc:ChargeIndicator") in ("true", "1"),
        amount=_UBL.amount(element, "cbc:Amount"),
        base_amount=_UBL.number(element, "cbc:BaseAmount"),
        percentage=_UBL.number(element, "cbc:MultiplierFactorNumeric"),
        reason=_UBL.text(element, "cbc:AllowanceChargeReason"),
        reason_code=_UBL.text(element, "cbc:AllowanceChargeReasonCode"),
        vat_category=_UBL.text(category, "cbc:ID"),
        vat_percentage=_UBL.number(category, "cbc:Percent"),
    )


_ACCOUNT: Final = "cac:PayeeFinancialAccount"


def _payment(means: list[Element]) -> PaymentInstructions | None:
    """The first means with an account, else the first."""
    if not means:
        return None
    chosen = next((each for each in means if _UBL.text(each, f"{_ACCOUNT}/cbc:ID")), means[0])
    code = _UBL.one(chosen, "cbc:PaymentMeansCode")
    account = _UBL.one(chosen, _ACCOUNT)
    return PaymentInstructions(
        type_code=content(code),
        text=code.get("name", "") if code is not None else "",
        remittance_information=_UBL.text(chosen, "cbc:PaymentID"),
        iban=_UBL.text(account, "cbc:ID"),
        account_name=_UBL.text(account, "cbc:Name"),
        bic=_UBL.text(account, "cac:FinancialInstitutionBranch/cbc:ID"),
    )


def _line(line: Element, *, is_credit_note: bool) -> Line:
    item, price = _UBL.one(line, "cac:Item"), _UBL.one(line, "cac:Price")
    quantity = _UBL.one(line, "cbc:CreditedQuantity" if is_credit_note else "cbc:InvoicedQuantity")
    category = _UBL.one(item, "cac:ClassifiedTaxCategory")
    return Line(
        id=_UBL.text(line, "cbc:ID"),
        name=_UBL.text(item, "cbc:Name"),
        quantity=_UBL.amount(quantity, "."),
        unit_code=quantity.get("unitCode", "") if quantity is not None else "",
        net_price=_UBL.amount(price, "cbc:PriceAmount"),
        net_amount=_UBL.amount(line, "cbc:LineExtensionAmount"),
        vat_category=_UBL.text(category, "cbc:ID"),
        vat_percentage=_UBL.number(category, "cbc:Percent"),
        description="\n".join(_texts([item] if item is not None else [], "cbc:Description")),
        note="\n".join(_texts([line], "cbc:Note")),
        price_base_quantity=_UBL.number(price, "cbc:BaseQuantity"),
        allowances_charges=tuple(_allowance(each) for each in _UBL.all(line, "cac:AllowanceCharge")),
        period_start=_UBL.day(line, "cac:InvoicePeriod/cbc:StartDate"),
        period_end=_UBL.day(line, "cac:InvoicePeriod/cbc:EndDate"),
        seller_item_id=_UBL.text(item, "cac:SellersItemIdentification/cbc:ID"),
    )

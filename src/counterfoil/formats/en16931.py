"""A document in the terms of EN 16931, as CII, UBL and XRechnung write it. Pure; a document that passed the rules fits.

Amounts are the document's own to the cent. What EN 16931 has no term for (withholding, a deposit's VAT) is said in
words, since the XML and the page are alternatives: neither says less than the other.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from counterfoil.domain import einvoice_formats
from counterfoil.domain.einvoice import EInvoice, PaymentInstructions, PrecedingInvoice, TaxPoint
from counterfoil.domain.einvoice_formats import Format
from counterfoil.formats import einvoice_codes as codes
from counterfoil.formats import en16931_amounts as amounts
from counterfoil.formats import en16931_notes as words_of
from counterfoil.formats import en16931_parties as parties
from counterfoil.formats.parts import Document
from counterfoil.formats.wording import language_of, wording

# BT-8 by the French settings: VAT on debits or on receipts (CGI art. 269 2).
_TAX_POINTS: dict[str, TaxPoint] = {"compensated_for_sales": "invoice_date", "on_receipts": "payment"}


def from_document(document: Document, fmt: Format) -> EInvoice:
    """A finalized client invoice or credit note (the wire's words, as GET answers it) for the files of `fmt`.

    fmt: facturx, ubl or xrechnung of either syntax; FatturaPA is written from the document itself.
    """
    is_xrechnung = fmt.kind == "xrechnung"
    words = wording(language_of(document["client"].get("locale")))
    groups = amounts.groups(document, words)
    categories = {group.category for group in groups}
    seller = parties.seller(document, words, is_outside_vat="O" in categories)
    buyer = parties.buyer(document, is_outside_vat="O" in categories)
    deliver_to = parties.delivery(document, is_needed="K" in categories, is_whole=is_xrechnung)
    start, end = _performed(document, is_needed="K" in categories)
    return EInvoice(
        specification=codes.SPECIFICATIONS[fmt.kind],
        process=_process(document, is_xrechnung=is_xrechnung),
        number=str(document.get("number") or ""),
        issue_date=_day(document["issue_date"]) or date.min,
        type_code=_type_code(document, is_xrechnung=is_xrechnung),
        currency=str(document["currency"]),
        seller=seller,
        buyer=buyer,
        totals=amounts.totals(document, groups),
        vat_groups=amounts.vat_groups(groups, has_rate_always=is_xrechnung),
        lines=amounts.lines(document, words),
        allowances_charges=amounts.allowances_charges(document, groups, words),
        tax_point=_TAX_POINTS.get(str(document["organization"].get("vat_payment_condition") or ""), ""),
        due_date=_day(document.get("due_date")),
        buyer_reference=_buyer_reference(document, is_xrechnung=is_xrechnung),
        purchase_order=str(document.get("purchase_order") or "").strip(),
        payment_terms=words_of.payment_terms(document, words, has_grammar=is_xrechnung),
        notes=words_of.notes(document, seller, buyer, words, has_grammar=is_xrechnung),
        preceding_invoices=tuple(_preceding(document)),
        delivery_date=None if end else start,
        period_start=start if end else None,
        period_end=end,
        deliver_to_name=buyer.name if deliver_to else "",
        deliver_to=deliver_to,
        payment=_payment(document, is_xrechnung=is_xrechnung),
    )


def _is_credit_note(document: Document) -> bool:
    return "invoice_id" in document


def _process(document: Document, *, is_xrechnung: bool) -> str:
    """BT-23: Peppol's for XRechnung, France's by what is sold; services where that was never said."""
    if is_xrechnung:
        return codes.PEPPOL_BILLING
    organization = document["organization"]
    if str(organization.get("legal_country") or "").upper() != "FR":
        return ""
    sold = codes.FRENCH_PROCESSES.get(str(organization.get("transaction_type") or ""), "S")
    return f"{sold}{4 if document.get('deposits') else 1}"


def _type_code(document: Document, *, is_xrechnung: bool) -> str:
    if _is_credit_note(document):
        return codes.CREDIT_NOTE
    if document.get("invoice_type") == "deposit":
        return codes.PARTIAL_INVOICE if is_xrechnung else codes.DEPOSIT_INVOICE
    return codes.INVOICE


def _buyer_reference(document: Document, *, is_xrechnung: bool) -> str:
    """BT-10; XRechnung must have one (BR-DE-15), and an order's number serves where there is no other."""
    reference = einvoice_formats.buyer_reference(document).strip()
    return reference or (str(document.get("purchase_order") or "").strip() if is_xrechnung else "")


def _performed(document: Document, *, is_needed: bool) -> tuple[date | None, date | None]:
    """The day of performance, or the first and last one where they are two.

    is_needed: an intra-EU supply must say it (BR-IC-11). Left out, it is the day of issue, as where an invoice names no
    other (Directive 2006/112/EC art. 226 (7)); of a credit note, that of its invoice.
    """
    start = _day(document.get("performance_start_date")) or _day(document.get("performance_date"))
    end = _day(document.get("performance_end_date"))
    if start is None and is_needed:
        start = _day(document.get("invoice_issue_date")) or _day(document["issue_date"])
    return start, end if end and start and end != start else None


def _preceding(document: Document) -> list[PrecedingInvoice]:
    """BG-3: the invoice that a credit note corrects, the deposits that a balance invoice takes off."""
    if _is_credit_note(document):
        return [PrecedingInvoice(str(document["invoice_number"]), _day(document.get("invoice_issue_date")))]
    deposits = document.get("deposits") or ()
    return [PrecedingInvoice(str(deposit["number"]), _day(deposit["issue_date"])) for deposit in deposits]


def _payment(document: Document, *, is_xrechnung: bool) -> PaymentInstructions | None:
    """BG-16: a transfer to the first account. A credit note asks for none; XRechnung wants the group (BR-DE-1)."""
    methods = document.get("payment_methods") or ()
    if not methods or not methods[0].get("iban"):
        return PaymentInstructions(codes.NO_INSTRUMENT) if is_xrechnung else None
    method = methods[0]
    is_german = str(document["organization"].get("legal_country") or "").upper() == "DE"
    return PaymentInstructions(
        type_code=codes.SEPA_CREDIT_TRANSFER if is_german or is_xrechnung else codes.CREDIT_TRANSFER,
        remittance_information=str(document.get("number") or ""),
        iban="".join(str(method["iban"]).split()),
        account_name=str(method.get("beneficiary_name") or "").strip(),
        bic="".join(str(method.get("bic") or "").split()),
    )


def _day(value: Any) -> date | None:
    if isinstance(value, date) or not value:
        return value or None
    return date.fromisoformat(str(value)[:10])

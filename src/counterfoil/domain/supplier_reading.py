"""A supplier invoice filled in from what its file says: texts made safe and cut to size, accounts and buyer checked.

Nothing here is fatal: what is wrong with the file becomes a note, and what does not add up a discrepancy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from counterfoil.domain import party
from counterfoil.domain.einvoice import EInvoice, Line, Party, VatGroup
from counterfoil.domain.money import EXACT, LARGEST_TOTAL, ZERO, round_to_cent, text
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.received_einvoice import Read, ReceivedInvoice, Unreadable
from counterfoil.domain.supplier_invoice import StoredSupplierInvoice, key, settled
from counterfoil.domain.supplier_sums import discrepancies
from counterfoil.errors import Fault, Invalid

ITEMS_MAX: Final = 1_000
_MILLIONTH: Final = Decimal("0.000001")
_HUNDRED: Final = Decimal(100)
# Besides control characters: signs that turn the direction of writing, so that a name reads as another.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
_SPACES = re.compile(r"\s+")
# Texts of the law, which say nothing of what was sold (BT-21 in France).
_LEGAL_NOTES: Final = frozenset({"PMT", "PMD", "AAB", "REG", "ABL", "TXD", "BAR"})
_HYBRID, _XRECHNUNG = "zugferd", "xrechnung"


@dataclass(frozen=True, slots=True)
class Finding:
    """One invoice of a file, ready to be written. values: fields of StoredSupplierInvoice."""

    values: Mapping[str, Any]
    buyer: Party | None = None


def findings(read: Read) -> tuple[Finding, ...]:
    """What each invoice of the file says; slow for large files, so it is made before anything is written."""
    return tuple(_finding(read, received) for received in read.invoices)


def unread(error: Unreadable) -> Finding:
    """What is said of a file that means to be an e-invoice and cannot be read: it is kept, and somebody must look."""
    return Finding({"reading_notes": [_note(fault) for fault in error.faults]})


def filled(
    invoice: StoredSupplierInvoice, finding: Finding, us: OrganizationProfile, analyzed_at: str
) -> StoredSupplierInvoice:
    """`invoice` with what was found. us: who received it."""
    values = dict(finding.values)
    if finding.buyer is not None and (fault := _other_buyer(finding.buyer, us)):
        values["reading_notes"] = [*values["reading_notes"], _note(fault)]
    return settled(StoredSupplierInvoice.model_validate(invoice.model_dump() | values | {"analyzed_at": analyzed_at}))


class _Texts:
    """Texts of others, as ours: without unseen signs, and cut. cut: the fields that were too long."""

    def __init__(self) -> None:
        self.cut: list[str] = []

    def line(self, given: str, most: int, field: str) -> str | None:
        """One line; None when nothing is left."""
        return self._fit(_SPACES.sub(" ", _UNSEEN.sub(" ", given)).strip(), most, field)

    def paragraphs(self, given: str, most: int, field: str) -> str | None:
        """The same with its lines."""
        return self._fit(_UNSEEN.sub(" ", given).strip(), most, field)

    def _fit(self, clean: str, most: int, field: str) -> str | None:
        if len(clean) > most:
            self.cut.append(field)
            clean = f"{clean[: most - 1].rstrip()}…"
        return clean or None


def _finding(read: Read, received: ReceivedInvoice) -> Finding:
    invoice, texts = received.invoice, _Texts()
    seller = invoice.seller
    name = texts.line(seller.name, 250, "supplier_name")
    iban, faults = _iban(received)
    values = {
        "is_einvoice": True,
        "e_invoice_type": _type(read),
        "invoice_number": texts.line(invoice.number, 120, "invoice_number"),
        "supplier_name": name,
        "issuer_name": name,
        "vat_number": texts.line(seller.vat_number, 40, "vat_number"),
        "tin": texts.line(_tin(seller), 40, "tin"),
        "description": texts.paragraphs(_description(invoice), 1800, "description"),
        "issue_date": invoice.issue_date,
        "due_date": invoice.due_date,
        "iban": iban,
        "is_credit_note": invoice.is_credit_note,
        "attachment_category": "CREDIT_NOTE" if invoice.is_credit_note else "INVOICE",
        "taxes": _taxes(invoice),
        "items": [_item(index, line, invoice, texts) for index, line in enumerate(invoice.lines[:ITEMS_MAX])],
        "buyer": _buyer(invoice.buyer, texts),
        "discrepancies": discrepancies(received),
        **_amounts(received),
    }
    notes = [*received.notes, *faults, *_file_notes(read, received), *_size_notes(invoice, texts)]
    return Finding(values | {"reading_notes": [_note(each) for each in notes]}, invoice.buyer)


def _type(read: Read) -> str:
    """The API knows zugferd (a PDF with XML) and xrechnung; the other three are ours."""
    if read.wrapper == "pdf":
        return _HYBRID
    return _XRECHNUNG if read.profile.startswith(_XRECHNUNG) else read.syntax


def _tin(seller: Party) -> str:
    registered = seller.legal_registration
    return seller.tax_number or (registered.value if registered else "")


def _description(invoice: EInvoice) -> str:
    """What its notes say, the law's left out; else what was sold first."""
    notes = [note.text for note in invoice.notes if note.subject_code not in _LEGAL_NOTES]
    return "\n".join(notes) or (invoice.lines[0].name if invoice.lines else "")


def _amounts(received: ReceivedInvoice) -> dict[str, Any]:
    totals, currency = received.invoice.totals, received.invoice.currency
    return {
        "total_amount": _money(totals.tax_inclusive, currency),
        "total_amount_excluding_taxes": _money(totals.tax_exclusive, currency),
        "total_tax_amount": _money(totals.vat_total, currency),
        "payable_amount": _money(received.amount_to_pay, currency),
    }


def _money(amount: Decimal, currency: str) -> dict[str, str] | None:
    """None for an amount that no invoice of ours could hold."""
    return {"value": text(amount), "currency": currency} if abs(amount) <= LARGEST_TOTAL else None


def _price(price: Decimal, currency: str) -> dict[str, str] | None:
    """Two decimals, or up to six where there are more."""
    if abs(price) > LARGEST_TOTAL or price == round_to_cent(price):
        return _money(price, currency)
    return {"value": _plain(price), "currency": currency}


def _fraction(percentage: Decimal | None) -> str | None:
    """A rate as the wire writes it: 20 is "0.2"."""
    return None if percentage is None else _plain(EXACT.divide(percentage, _HUNDRED))


def _plain(number: Decimal) -> str:
    """At most six decimals, none that is needless."""
    shown = format(number.quantize(_MILLIONTH, context=EXACT), "f").rstrip("0").rstrip(".")
    return "0" if shown in ("-0", "") else shown


def _taxes(invoice: EInvoice) -> list[dict[str, Any]]:
    """One a rate, in the file's order."""
    sums: dict[str, Decimal] = {}
    for group in invoice.vat_groups:
        rate = _rate(group)
        sums[rate] = sums.get(rate, ZERO) + group.vat_amount
    listed = ((rate, _money(amount, invoice.currency)) for rate, amount in sums.items())
    return [{"tax_rate": rate, "tax_amount": amount} for rate, amount in listed if amount]


def _rate(group: VatGroup) -> str:
    """The group's rate; a simplified FatturaPA may leave it out, so that it follows from the amounts."""
    if group.percentage is None and group.vat_amount and group.taxable_amount:
        share = EXACT.divide(EXACT.multiply(group.vat_amount, _HUNDRED), group.taxable_amount)
        return _plain(EXACT.divide(share.quantize(Decimal(1), context=EXACT), _HUNDRED))
    return _fraction(group.percentage) or "0"


def _item(index: int, line: Line, invoice: EInvoice, texts: _Texts) -> dict[str, Any]:
    name, field = texts.line(line.name, 250, f"items/{index}/title") or "", f"items/{index}/description"
    described = "\n".join(filter(None, (line.description, line.note)))
    price = EXACT.divide(line.net_price, line.price_base_quantity) if line.price_base_quantity else line.net_price
    return {
        "title": name,
        "description": texts.paragraphs(described, 1800, field) or "",
        "quantity": _plain(line.quantity),
        "unit": texts.line(line.unit_code, 40, f"items/{index}/unit") or "",
        "unit_price": _price(price, invoice.currency),
        "vat_rate": _fraction(line.vat_percentage),
        "vat_exemption_code": (line.vat_category or None) if line.vat_category != "S" else None,
        "subtotal": _money(line.net_amount, invoice.currency),
    }


def _buyer(buyer: Party, texts: _Texts) -> dict[str, str | None]:
    registered = buyer.legal_registration
    return {
        "name": texts.line(buyer.name, 250, "buyer/name") or "",
        "vat_number": texts.line(buyer.vat_number, 40, "buyer/vat_number"),
        "tin": texts.line(buyer.tax_number or (registered.value if registered else ""), 40, "buyer/tin"),
        "country_code": texts.line(buyer.address.country, 2, "buyer/country_code"),
    }


def _iban(received: ReceivedInvoice) -> tuple[str | None, list[Fault]]:
    """The first account that is an IBAN, and what is to be said of the others."""
    good, faults = [], []
    for given in received.ibans:
        try:
            good.append(party.check_iban(given).iban)
        except Invalid as wrong:
            faults.append(
                Fault(
                    "invalid_iban",
                    f"{wrong.faults[0].message} It was left out.",
                    field="iban",
                    fix="Ask the supplier, by a telephone number that you know already.",
                )
            )
    if len(set(good)) > 1:
        others = ", ".join(dict.fromkeys(good[1:]))
        faults.append(Fault("several_ibans", f"The file names other accounts too: {others}.", field="iban"))
    return (good[0] if good else None), faults


def _file_notes(read: Read, received: ReceivedInvoice) -> Iterable[Fault]:
    if read.wrapper == "p7m":
        yield Fault("signature_not_verified", "The file is signed; the signature was not verified.")
    if len(read.invoices) > 1:
        place = read.invoices.index(received) + 1
        yield Fault("lot", f"The file holds {len(read.invoices)} invoices; this is number {place}.")
    for each in received.withholdings:
        rate = f" ({_plain(each.percentage)} %)" if each.percentage is not None else ""
        yield Fault(
            "withholding",
            f"Tax of {text(each.amount)}{rate} is withheld: {each.kind} {each.payment_reason}".rstrip() + ".",
            field="payable_amount", fix="Pay it to the tax office in the supplier's name.",
        )  # fmt: skip
    for fund in received.welfare_funds:
        yield Fault("welfare_fund", f"{text(fund.amount)} of it goes to a welfare fund ({fund.kind}).", field="items")
    if received.stamp_duty is not None:
        paid = f" of {text(received.stamp_duty)}" if received.stamp_duty else ""
        yield Fault("stamp_duty", f"Stamp duty{paid} was paid by the supplier.", field="total_amount")
    if received.is_split_payment:
        yield Fault(
            "split_payment", "Its VAT is paid to the tax office by the buyer, not to the supplier.",
            field="payable_amount",
        )  # fmt: skip


def _size_notes(invoice: EInvoice, texts: _Texts) -> Iterable[Fault]:
    if len(invoice.lines) > ITEMS_MAX:
        yield Fault(
            "items_cut", f"Of its {len(invoice.lines)} lines the first {ITEMS_MAX} are shown; all were added up.",
            field="items",
        )  # fmt: skip
    for field in texts.cut[:20]:
        yield Fault("text_cut", f"{field} was too long and is cut; the file has all of it.", field=field)
    if abs(invoice.totals.tax_inclusive) > LARGEST_TOTAL:
        yield Fault("amount_too_large", "Its amounts are larger than can be kept.", field="total_amount")


def _other_buyer(buyer: Party, us: OrganizationProfile) -> Fault | None:
    """A warning when the file names somebody else: by its numbers where both have some, else by name."""
    registered = buyer.legal_registration
    theirs = {key(each) for each in (buyer.vat_number, buyer.tax_number, registered.value if registered else "")}
    ours = {key(each) for each in (us.vat_number, us.legal_number, us.tax_number)}
    theirs, ours = theirs - {""}, ours - {""}
    if any(one.endswith(other) or other.endswith(one) for one in theirs for other in ours):
        return None  # a VAT number ends in the number that it is made of
    name, own = key(buyer.name), {key(us.legal_name), key(us.name)} - {""}
    if not (theirs and ours) and (not name or any(one in name or name in one for one in own)):
        return None
    who = _SPACES.sub(" ", _UNSEEN.sub(" ", buyer.name)).strip()[:250] or "somebody else"
    return Fault(
        "other_buyer", f"The file is addressed to {who}, by its numbers not to {us.legal_name}."
        if theirs and ours else f"The file is addressed to {who}, not to {us.legal_name}.",
        field="buyer", fix="Make sure that it is yours before you pay it.",
    )  # fmt: skip


def _note(fault: Fault) -> dict[str, str | None]:
    return {"code": fault.code, "message": fault.message, "field": fault.field, "fix": fault.fix}

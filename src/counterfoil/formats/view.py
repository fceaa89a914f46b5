"""Document -> DocumentView: every word and figure of a page, from the API's answer alone. Pure, Decimal only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from counterfoil.formats import client_invoice, colors, credit_note, parties, quote
from counterfoil.formats.client_invoice import PROFORMA
from counterfoil.formats.labels import WELFARE_FUNDS, Labels
from counterfoil.formats.page import (
    Appearance,
    Columns,
    DocumentView,
    Fact,
    Kind,
    LineView,
    PartyView,
    PaymentView,
    TextBlock,
    TotalRow,
    VatRow,
)
from counterfoil.formats.parts import Document, Parts, is_amount
from counterfoil.formats.wording import Wording, language_of, wording

SPECIMEN = "SPECIMEN"

_PARTS: Mapping[Kind, Callable[[Document, Wording], Parts]] = {
    "client_invoice": client_invoice.parts,
    "credit_note": credit_note.parts,
    "quote": quote.parts,
}


def view(document: Document, appearance: Appearance, kind: Kind = "client_invoice") -> DocumentView:
    """What `document` (the API's answer, as a dict) shows, in its client's language.

    Raises KeyError or decimal.InvalidOperation on a document without its amounts: those are never guessed.
    """
    words = wording(language_of(document["client"].get("locale")))
    own = _PARTS[kind](document, words)
    marks = (own.watermark, SPECIMEN if appearance.is_specimen else "")
    return DocumentView(
        language=words.language,
        kind=kind,
        status=str(document.get("status") or ""),
        title=own.title,
        number=str(document.get("number") or ""),
        accent=colors.accent(appearance.accent_color),
        accent_ink=colors.ink(appearance.accent_color),
        accent_tint=colors.tint(appearance.accent_color),
        watermarks=tuple(mark for mark in marks if mark),
        notice=own.notice,
        due=own.due,
        beside=own.beside,
        facts=tuple(fact for fact in own.facts if fact.value),
        seller=parties.seller(document, words, own.seller),
        buyer=parties.buyer(document, words, own.buyer),
        delivery=parties.delivery(document, words),
        reason=own.reason,
        header=str(document.get("header") or ""),
        columns=_columns(words.labels),
        lines=tuple(_line(item, words) for item in document.get("items") or ()),
        totals=(*_totals(document, words), *own.ends),
        vat_rows=tuple(_vat_row(group, words) for group in document["vat_breakdown"]),
        payment=own.payment,
        texts=tuple(_texts(document, words.labels)),
        acceptance=own.acceptance,
        online=Fact(own.online, appearance.invoice_url) if own.online and appearance.invoice_url else None,
        legal_footer=parties.legal_footer(document, words),
        journal=f"{words.labels.journal} {appearance.journal_hash}" if appearance.journal_hash else "",
        page_of=words.labels.page_of,
    )


def _columns(labels: Labels) -> Columns:
    return Columns(
        description=labels.description,
        quantity=labels.quantity,
        unit_price=labels.unit_price,
        vat=labels.vat,
        net=labels.net,
        vat_rate=labels.vat_rate,
        vat_base=labels.vat_base,
        vat_amount=labels.vat,
    )


def _line(item: Document, words: Wording) -> LineView:
    discount = item.get("discount")
    return LineView(
        title=str(item.get("title") or ""),
        description=str(item.get("description") or ""),
        discount=_line_discount(discount, words) if discount else "",
        quantity=words.quantity(item["quantity"], str(item.get("unit") or "")),
        unit_price=words.unit_price(item["unit_price"]),
        vat=words.rate(item["vat_rate"]),
        net=words.money(item["subtotal"]),
    )


def _line_discount(discount: Document, words: Wording) -> str:
    return words.labelled(_discount_label(discount, words), words.money(discount["amount"], is_negated=True))


def _discount_label(discount: Document, words: Wording) -> str:
    if discount["type"] == "percentage":
        return f"{words.labels.discount} {words.rate(discount['value'])}"
    return words.labels.discount


def _totals(document: Document, words: Wording) -> Iterator[TotalRow]:
    """The rows from the lines' sum down to the total; a row that would say nothing is left out."""
    labels, currency = words.labels, document["currency"]
    discount, welfare = document.get("discount"), document.get("welfare_fund")
    if discount or welfare:
        yield TotalRow("line_total", labels.line_total, words.money(document["line_total_amount"]))
    if discount:
        value = words.money(discount["amount"], is_negated=True)
        yield TotalRow("discount", _discount_label(discount, words), value)
    if welfare:
        name = WELFARE_FUNDS.get(welfare["type"], welfare["type"])
        label = f"{labels.welfare_fund} ({name}) {words.rate(welfare['rate'])}"
        yield TotalRow("welfare_fund", label, words.amount(Decimal(welfare["amount"]), currency))
    yield TotalRow("tax_exclusive", labels.tax_exclusive, words.money(document["tax_exclusive_amount"]))
    for group in document["vat_breakdown"]:
        label = labels.vat_at.format(rate=words.rate(group["vat_rate"]))
        yield TotalRow("vat", label, words.money(group["vat_amount"]))
    if is_amount(document.get("stamp_duty_amount")):
        duty = words.amount(Decimal(document["stamp_duty_amount"]), currency)
        yield TotalRow("stamp_duty", labels.stamp_duty, duty)
    yield TotalRow("total", labels.total, words.money(document["total_amount"]), is_strong=True)


def _vat_row(group: Document, words: Wording) -> VatRow:
    return VatRow(
        rate=words.rate(group["vat_rate"]),
        base=words.money(group["taxable_amount"]),
        vat=words.money(group["vat_amount"]),
        reason=str(group.get("vat_exemption_text") or ""),
    )


def _texts(document: Document, labels: Labels) -> Iterator[TextBlock]:
    """Terms, legal notes and the seller's own closing words; a note that stands in the VAT table is not repeated."""
    if document.get("terms_and_conditions"):
        yield TextBlock(labels.terms, document["terms_and_conditions"])
    said = {str(group.get("vat_exemption_text") or "") for group in document["vat_breakdown"]} | {""}
    conditions = ("late_payment_penalties", "legal_fixed_compensation", "discount_conditions")
    notes = [*(document.get("mentions") or ()), *(document.get(key) for key in conditions)]
    fresh = [note for note in dict.fromkeys(notes) if note and note not in said]
    if fresh:
        yield TextBlock(labels.legal_notes, "\n".join(fresh))
    if document.get("footer"):
        yield TextBlock("", document["footer"])


__all__ = [
    "PROFORMA", "SPECIMEN", "Appearance", "Columns", "Document", "DocumentView", "Fact", "LineView", "PartyView",
    "PaymentView", "TextBlock", "TotalRow", "VatRow", "view",
]  # fmt: skip

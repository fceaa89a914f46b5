"""Document -> DocumentView: every word and figure of a page, from the API's answer alone. Pure, Decimal only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from counterfoil.formats import colors, parties, qr
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
from counterfoil.formats.wording import Wording, language_of, wording

PROFORMA = "PROFORMA"
SPECIMEN = "SPECIMEN"

Document = Mapping[str, Any]


def view(document: Document, appearance: Appearance, kind: Kind = "client_invoice") -> DocumentView:
    """What `document` (the API's answer, as a dict) shows, in its client's language.

    Raises KeyError or decimal.InvalidOperation on a document without its amounts: those are never guessed.
    """
    words = wording(language_of(document["client"].get("locale")))
    labels = words.labels
    return DocumentView(
        language=words.language,
        status=document["status"],
        title=_title(document, labels),
        number=str(document.get("number") or ""),
        accent=colors.accent(appearance.accent_color),
        accent_ink=colors.ink(appearance.accent_color),
        accent_tint=colors.tint(appearance.accent_color),
        watermarks=tuple(_watermarks(document, appearance, labels)),
        notice=_notice(document, words),
        due=Fact(_due_label(document, labels), words.money(document["amount_due"])),
        due_date=Fact(labels.due_date, words.day(document.get("due_date"))),
        facts=tuple(fact for fact in _facts(document, words) if fact.value),
        seller=parties.seller(document, words),
        buyer=parties.buyer(document, words),
        delivery=parties.delivery(document, words),
        header=str(document.get("header") or ""),
        columns=_columns(labels),
        lines=tuple(_line(item, words) for item in document.get("items") or ()),
        totals=tuple(_totals(document, words)),
        vat_rows=tuple(_vat_row(group, words) for group in document["vat_breakdown"]),
        payment=_payment(document, words),
        texts=tuple(_texts(document, labels)),
        online=Fact(labels.view_online, appearance.invoice_url) if appearance.invoice_url else None,
        legal_footer=parties.legal_footer(document, words),
        page_of=labels.page_of,
    )


def _title(document: Document, labels: Labels) -> str:
    if document["status"] == "draft":
        return labels.proforma_invoice
    titles = {"deposit": labels.deposit_invoice, "balance": labels.balance_invoice}
    return titles.get(str(document.get("invoice_type")), labels.invoice)


def _watermarks(document: Document, appearance: Appearance, labels: Labels) -> Iterator[str]:
    if document["status"] == "draft":
        yield PROFORMA
    if document["status"] == "canceled":
        yield labels.canceled
    if appearance.is_specimen:
        yield SPECIMEN


def _notice(document: Document, words: Wording) -> str:
    if document["status"] == "canceled":
        return words.labels.canceled_notice
    if document["status"] != "paid":
        return ""
    day = words.day(document.get("paid_at"))
    return words.labels.paid_on.format(date=day) if day else words.labels.paid


def _due_label(document: Document, labels: Labels) -> str:
    return labels.amount_paid if document["status"] == "paid" else labels.amount_due


def _facts(document: Document, words: Wording) -> Iterator[Fact]:
    labels = words.labels
    yield Fact(labels.issue_date, words.day(document.get("issue_date")))
    start = document.get("performance_start_date") or document.get("performance_date")
    end = document.get("performance_end_date")
    is_period = bool(start and end and start != end)
    yield Fact(labels.performance_period if is_period else labels.performance, words.period(start, end))
    yield Fact(labels.purchase_order, str(document.get("purchase_order") or ""))
    kinds = {"goods": labels.goods, "services": labels.services, "goods_and_services": labels.goods_and_services}
    yield Fact(labels.transaction_type, kinds.get(str(document["organization"].get("transaction_type")), ""))


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
    """The rows from the lines' sum down to the amount due; a row that would say nothing is left out."""
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
    if _is_amount(document.get("stamp_duty_amount")):
        duty = words.amount(Decimal(document["stamp_duty_amount"]), currency)
        yield TotalRow("stamp_duty", labels.stamp_duty, duty)
    yield TotalRow("total", labels.total, words.money(document["total_amount"]), is_strong=True)
    yield from _deductions(document, words)
    yield TotalRow("due", _due_label(document, labels), words.money(document["amount_due"]), is_strong=True)


def _deductions(document: Document, words: Wording) -> Iterator[TotalRow]:
    """What stands between the total and the amount due."""
    withholding, deposit = document.get("withholding_tax"), document.get("deposit_amount")
    if withholding:
        label = f"{words.labels.withholding} {words.rate(withholding['rate'])}"
        amount = words.amount(-Decimal(withholding["amount"]), document["currency"])
        yield TotalRow("withholding", label, amount)
    if deposit and _is_amount(deposit["value"]):
        yield TotalRow("deposit", words.labels.deposit, words.money(deposit, is_negated=True))


def _is_amount(value: object) -> bool:
    """Whether a wire amount is there and is not zero; "" and null stand for none."""
    return bool(value) and Decimal(str(value)) != 0


def _vat_row(group: Document, words: Wording) -> VatRow:
    return VatRow(
        rate=words.rate(group["vat_rate"]),
        base=words.money(group["taxable_amount"]),
        vat=words.money(group["vat_amount"]),
        reason=str(group.get("vat_exemption_text") or ""),
    )


def _payment(document: Document, words: Wording) -> PaymentView | None:
    """Where to pay; None on a paid or canceled document and where no account is named."""
    methods = document.get("payment_methods") or ()
    if not methods or document["status"] in ("paid", "canceled"):
        return None
    method, labels = methods[0], words.labels
    iban = "".join(str(method.get("iban") or "").split())
    grouped = " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
    facts = (
        Fact(labels.beneficiary, str(method.get("beneficiary_name") or "")),
        Fact("IBAN", grouped),
        Fact("BIC", str(method.get("bic") or "")),
        Fact(labels.reference, str(document.get("number") or "")),
        Fact(labels.amount, words.money(document["amount_due"])),
        Fact(labels.due_date, words.day(document.get("due_date"))),
    )
    return PaymentView(
        heading=labels.payment,
        facts=tuple(fact for fact in facts if fact.value),
        iban=grouped,
        iban_plain=iban,
        qr_payload=qr.payload(document),
        qr_caption=labels.scan_to_pay,
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

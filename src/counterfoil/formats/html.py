"""Document -> the public page, as HTML. Its figures are the PDF's own: both print from one `DocumentView`."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.formats import qr
from counterfoil.formats.html_base import Contact, Links, Status, contact, message, render
from counterfoil.formats.html_texts import TEXTS, PageTexts
from counterfoil.formats.kind_labels import CREDIT_NOTES
from counterfoil.formats.page import Appearance, DocumentView, Fact
from counterfoil.formats.parts import left_to_pay
from counterfoil.formats.view import view
from counterfoil.formats.wording import Wording, language_of, wording

_QR_QUIET = 4  # modules of white around the code, as ISO/IEC 18004 asks


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A line of the payment block; copy: what a button puts on the clipboard, "" for no button."""

    name: str
    label: str
    value: str
    copy: str = ""


def invoice_page(
    document: Mapping[str, Any], appearance: Appearance, links: Links, *, today: date,
    credit_notes: Sequence[Mapping[str, Any]] = (), frame: str = "public_base.html",
) -> str:  # fmt: skip
    """The page of a document (the API's answer, as a dict). today: the seller's calendar day. frame: see html_sheet."""
    page = view(document, appearance)
    words, texts = wording(page.language), TEXTS[page.language]
    rows = _payment_rows(page, words)
    return render(
        "public_invoice.html",
        frame=frame,
        language=page.language,
        links=links,
        page=page,
        texts=texts,
        words=words.labels,
        status=_status(document, page, texts, today),
        contact=contact(document),
        payment_rows=rows,
        qr=_qr_image(page.payment.qr_payload if page.payment else ""),
        qr_alt=_qr_alt(page, rows, texts),
        is_specimen=appearance.is_specimen,
        credit_notes=_credit_notes(credit_notes, words),
    )


def gone_page(
    document: Mapping[str, Any], links: Links, *, days: int, credit_notes: Sequence[Mapping[str, Any]] = ()
) -> str:  # fmt: skip
    """Why the page of `document` is not there any more, and whom to ask. days: how long a page lives."""
    words = wording(language_of(document["client"].get("locale")))
    texts = TEXTS[words.language]
    is_canceled = document["status"] == "canceled"
    reason = words.labels.canceled_notice if is_canceled else texts.gone_after_days.format(days=days)
    told = _credit_notes(credit_notes, words) if is_canceled else ()
    return message(words.language, links, texts.gone, reason, contact=contact(document), facts=told)


def missing_page(language: str, links: Links) -> str:
    """That there is nothing here; the same for a draft and for a link that never was."""
    texts = TEXTS[language]
    return message(language, links, texts.missing, texts.missing_help)


def pdf_soon_page(language: str, links: Links, *, back: str) -> str:
    """That the PDF is not made yet. back: link to the document's page."""
    texts = TEXTS[language]
    return message(language, links, texts.pdf_soon, texts.pdf_is_coming, back=back, back_label=texts.back)


def _status(document: Mapping[str, Any], page: DocumentView, texts: PageTexts, today: date) -> Status:
    if document["status"] in ("draft", "canceled"):
        return Status("nothing", page.watermarks[0])
    if document["status"] == "paid":
        return Status("paid", page.notice)
    if Decimal(left_to_pay(document)["value"]) <= 0:
        return Status("nothing", texts.nothing_to_pay)
    due = str(document.get("due_date") or "")
    return Status("overdue", texts.overdue) if due and due < today.isoformat() else Status("open", texts.to_pay)


def _credit_notes(credit_notes: Sequence[Mapping[str, Any]], words: Wording) -> tuple[Fact, ...]:
    """Each credit note with its number and day, and what it gives back."""
    title = CREDIT_NOTES[words.language].title
    return tuple(
        Fact(f"{title} {note['number']}, {words.day(note['issue_date'])}", words.money(note["amount_due"]))
        for note in credit_notes
    )


def _payment_rows(page: DocumentView, words: Wording) -> tuple[PaymentRow, ...]:
    """The payment block's lines, without those that stand large above it: amount and due date."""
    if page.payment is None:
        return ()
    names = {words.labels.beneficiary: "beneficiary", "IBAN": "iban", "BIC": "bic", words.labels.reference: "reference"}
    copies = {"iban": page.payment.iban_plain}
    return tuple(
        PaymentRow(name, fact.label, fact.value, copies.get(name, "" if name == "beneficiary" else fact.value))
        for fact in page.payment.facts
        if (name := names.get(fact.label, ""))
    )


def _qr_image(payload: str) -> str:
    """The QR code as a data: image on white ground, so that it can be read in a dark scheme too; "" for none."""
    if not payload:
        return ""
    code = qr.svg(payload)
    size = int(code.split('viewBox="0 0 ', 1)[1].split(" ", 1)[0])
    whole = size + 2 * _QR_QUIET
    framed = code.replace(
        f'viewBox="0 0 {size} {size}">',
        f'viewBox="-{_QR_QUIET} -{_QR_QUIET} {whole} {whole}" width="{8 * whole}" height="{8 * whole}">'
        f'<path fill="#fff" d="M-{_QR_QUIET}-{_QR_QUIET}h{whole}v{whole}h-{whole}z"/>',
    )
    return "data:image/svg+xml;base64," + b64encode(framed.encode()).decode()


def _qr_alt(page: DocumentView, rows: tuple[PaymentRow, ...], texts: PageTexts) -> str:
    named = {row.name: row.value for row in rows}
    return texts.qr_alt.format(
        amount=page.due.value, name=named.get("beneficiary", ""), iban=named.get("iban", ""),
        reference=named.get("reference", ""),
    )  # fmt: skip


__all__ = ["Contact", "Links", "Status", "gone_page", "invoice_page", "missing_page", "pdf_soon_page"]

"""Document -> the public page, as HTML. Its figures are the PDF's own: both print from one `DocumentView`.

Everything a person wrote is escaped by the template engine; an address becomes a link only when it is plainly one.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined

from counterfoil.formats import qr
from counterfoil.formats.html_texts import TEXTS, PageTexts
from counterfoil.formats.page import Appearance, DocumentView
from counterfoil.formats.view import view
from counterfoil.formats.wording import Wording, language_of, wording

_TEMPLATES = ("public_base.html", "public_document.html", "public_invoice.html", "public_macros.html", "public_message.html")
_EMAIL = re.compile(r"[A-Za-z0-9._+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./\-]{4,30}")
_QR_QUIET = 4  # modules of white around the code, as ISO/IEC 18004 asks


@dataclass(frozen=True, slots=True)
class Links:
    """Where the page's own files are, as links that hold at its address; "" for one that there is not.

    accent: the style sheet of the accent colour, see contrast.accent_css. is_pdf_ready: whether `pdf` answers already.
    """

    style: str
    accent: str
    script: str
    icon: str
    pdf: str = ""
    logo: str = ""
    is_pdf_ready: bool = True


@dataclass(frozen=True, slots=True)
class Status:
    """Where the document stands: kind is open, overdue, paid or nothing; text says it in words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask. The links are "" where the text is no plain address or number."""

    name: str
    email: str
    email_link: str
    phone: str
    phone_link: str


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A line of the payment block; copy: what a button puts on the clipboard, "" for no button."""

    name: str
    label: str
    value: str
    copy: str = ""


def invoice_page(document: Mapping[str, Any], appearance: Appearance, links: Links, *, today: date) -> str:
    """The page of a finalized document (the API's answer, as a dict). today: the seller's calendar day."""
    page = view(document, appearance)
    words, texts = wording(page.language), TEXTS[page.language]
    rows = _payment_rows(page, words)
    return _render(
        "public_invoice.html",
        language=page.language,
        links=links,
        page=page,
        texts=texts,
        words=words.labels,
        status=_status(document, page, texts, today),
        contact=_contact(document),
        payment_rows=rows,
        qr=_qr_image(page.payment.qr_payload if page.payment else ""),
        qr_alt=_qr_alt(page, rows, texts),
        is_specimen=appearance.is_specimen,
    )


def gone_page(document: Mapping[str, Any], links: Links, *, days: int) -> str:
    """Why the page of `document` is not there any more, and whom to ask. days: how long a page lives."""
    words = wording(language_of(document["client"].get("locale")))
    texts = TEXTS[words.language]
    is_canceled = document["status"] == "canceled"
    reason = words.labels.canceled_notice if is_canceled else texts.gone_after_days.format(days=days)
    return _message(words.language, links, texts.gone, reason, contact=_contact(document))


def missing_page(language: str, links: Links) -> str:
    """That there is nothing here; the same for a draft and for a link that never was."""
    texts = TEXTS[language]
    return _message(language, links, texts.missing, texts.missing_help)


def pdf_soon_page(language: str, links: Links, *, back: str) -> str:
    """That the PDF is not made yet. back: link to the document's page."""
    texts = TEXTS[language]
    return _message(language, links, texts.pdf_soon, texts.pdf_is_coming, back=back)


def _status(document: Mapping[str, Any], page: DocumentView, texts: PageTexts, today: date) -> Status:
    if document["status"] == "paid":
        return Status("paid", page.notice)
    if Decimal(document["amount_due"]["value"]) <= 0:
        return Status("nothing", texts.nothing_to_pay)
    due = str(document.get("due_date") or "")
    return Status("overdue", texts.overdue) if due and due < today.isoformat() else Status("open", texts.to_pay)


def _contact(document: Mapping[str, Any]) -> Contact:
    organization = document["organization"]
    email = str(document.get("contact_email") or organization.get("email") or "").strip()
    phone = str(organization.get("phone") or "").strip()
    return Contact(
        name=str(organization["legal_name"]),
        email=email,
        email_link=f"mailto:{email}" if _EMAIL.fullmatch(email) else "",
        phone=phone,
        phone_link="tel:" + re.sub(r"[^0-9+]", "", phone) if _PHONE.fullmatch(phone) else "",
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


def _message(
    language: str, links: Links, title: str, text: str, *, contact: Contact | None = None, back: str = ""
) -> str:
    return _render(
        "public_message.html", language=language, links=links, title=title, text=text, contact=contact, back=back,
        texts=TEXTS[language],
    )  # fmt: skip


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    folder = files("counterfoil.formats") / "templates"
    return Environment(
        loader=DictLoader({name: (folder / name).read_text(encoding="utf-8") for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


__all__ = ["Contact", "Links", "Status", "gone_page", "invoice_page", "missing_page", "pdf_soon_page"]

"""What is needed to print a document: its answer, how the seller wants it to look, and words around it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from counterfoil.domain.document import locale_of
from counterfoil.formats import mail, mail_texts
from counterfoil.formats.wording import wording
from counterfoil.operations import client_invoices
from counterfoil.operations.work import Work
from counterfoil.store import attachments
from counterfoil.store.rows import AttachmentRow, InvoiceRow


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document ready to print. document: the API's answer as a dict; logo: its row."""

    document: dict[str, Any]
    locale: str
    file_name: str
    invoice_url: str
    logo: AttachmentRow | None
    accent_color: str
    is_specimen: bool


def page_url(base: str, row: InvoiceRow) -> str:
    """The public page of a document, below `base`."""
    return f"{base}/i/{row.public_token}"


def sheet(work: Work, row: InvoiceRow, *, page_base: str) -> Sheet:
    """The document as it is now. page_base: where public pages live, without a slash at the end."""
    url = page_url(page_base, row)
    proforma = client_invoices.proforma_numbers(work, [row]).get(row.id)
    document = json.loads(client_invoices.answer(row, invoice_url=url, proforma=proforma))
    profile = work.profile
    logo_id = profile.logo_attachment_id
    locale = locale_of(document["client"])
    return Sheet(
        document=document,
        locale=locale,
        file_name=mail.attachment_name(document["number"]),
        invoice_url=url,
        logo=attachments.get(work.conn, work.organization_id, logo_id) if logo_id else None,
        accent_color=profile.accent_color,
        is_specimen=profile.is_specimen,
    )


def default_body(sheet: Sheet, seller_name: str) -> str:
    """What a mail of the document says when its sender wrote nothing."""
    words, document = wording(sheet.locale), sheet.document
    return mail_texts.default_body(
        sheet.locale, document["number"], seller_name, words.money(document["amount_due"]),
        words.day(document["due_date"]),
    )  # fmt: skip

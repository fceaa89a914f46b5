"""What is needed to print a document: its answer, how the seller wants it to look, and words around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from counterfoil.domain.document import locale_of
from counterfoil.formats import mail, mail_texts
from counterfoil.formats.parts import left_to_pay
from counterfoil.formats.wording import wording
from counterfoil.operations.kinds import Kind
from counterfoil.operations.work import Work
from counterfoil.store import attachments, journal
from counterfoil.store.rows import AttachmentRow, DocumentRow


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document ready to print. document: the API's answer as a dict; logo: its row.

    journal_hash: of the journal's entry with which it was issued; "" before.
    """

    kind: Kind
    document: dict[str, Any]
    locale: str
    file_name: str
    page_url: str
    logo: AttachmentRow | None
    accent_color: str
    is_specimen: bool
    journal_hash: str = ""


def sheet(work: Work, kind: Kind, row: DocumentRow, *, page_base: str) -> Sheet:
    """The document as it is now. page_base: where public pages live, without a slash at the end."""
    url = kind.page_url(page_base, row)
    document = kind.document(work, row, url)
    profile = work.profile
    logo_id = profile.logo_attachment_id
    locale = locale_of(document["client"])
    return Sheet(
        kind=kind,
        document=document,
        locale=locale,
        file_name=mail.attachment_name(document["number"]),
        page_url=url,
        logo=attachments.get(work.conn, work.organization_id, logo_id) if logo_id else None,
        accent_color=profile.accent_color,
        is_specimen=profile.is_specimen,
        journal_hash=journal.hash_of_issue(work.conn, work.organization_id, row.id) if row.finalized_at else "",
    )


def default_body(sheet: Sheet, seller_name: str) -> str:
    """What a mail of the document says when its sender wrote nothing."""
    words, document, kind = wording(sheet.locale), sheet.document, sheet.kind
    return mail_texts.default_body(
        sheet.locale, document["number"], seller_name, words.money(_amount(sheet)),
        words.day(document[kind.day_field]), kind.name,
    )  # fmt: skip


def _amount(sheet: Sheet) -> Mapping[str, str]:
    """The amount that a mail names: of an invoice, what its credit notes leave to pay."""
    document = sheet.document
    amount: Mapping[str, str] = document[sheet.kind.amount_field]
    return left_to_pay(document) if document.get("credited_amount") else amount


def reminder_body(sheet: Sheet, seller_name: str, today: date) -> str:
    """What a reminder of the document says on this day when its rule says nothing."""
    words, document, kind = wording(sheet.locale), sheet.document, sheet.kind
    due = date.fromisoformat(document[kind.day_field])
    return mail_texts.reminder_body(
        sheet.locale, document["number"], seller_name, words.money(_amount(sheet)),
        words.day(document[kind.day_field]), days=(today - due).days,
    )  # fmt: skip

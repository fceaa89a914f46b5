"""A client invoice as its public page shows it, for those who may read it already: drafts too."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import date

from counterfoil.operations import printing
from counterfoil.operations.kinds import CLIENT_INVOICE
from counterfoil.operations.work import Work
from counterfoil.store import credit_notes
from counterfoil.store.rows import AttachmentRow


@dataclass(frozen=True, slots=True)
class ToShow:
    """What the page is made of. logo: the seller's, whose bytes the caller may have."""

    sheet: printing.Sheet
    credited: tuple[dict[str, object], ...]
    today: date

    @property
    def logo(self) -> AttachmentRow | None:
        return self.sheet.logo


def to_show(work: Work, invoice_id: str, *, page_base: str) -> ToShow:
    """What the page of an invoice shows now. Raises NotFound. page_base: see printing.sheet."""
    row = CLIENT_INVOICE.get(work, invoice_id.lower())
    sheet = printing.sheet(work, CLIENT_INVOICE, row, page_base=page_base)
    notes = credit_notes.of_invoice(work.conn, work.organization_id, row.id)
    return ToShow(sheet, tuple(json.loads(note.frozen) for note in notes), work.today)


def html(shown: ToShow, logo: bytes | None) -> tuple[str, str]:
    """The page, which loads nothing, and the style sheet of the seller's accent colour. logo: the file's bytes."""
    from counterfoil.formats import html as pages
    from counterfoil.formats.contrast import accent_css
    from counterfoil.formats.html_base import Links
    from counterfoil.formats.page import Appearance

    sheet = shown.sheet
    appearance = Appearance(accent_color=sheet.accent_color, is_specimen=sheet.is_specimen)
    links = Links(style="", accent="", script="", icon="", logo=_picture(logo))
    page = pages.invoice_page(sheet.document, appearance, links, today=shown.today, credit_notes=shown.credited)
    return page, accent_css(sheet.accent_color)


def _picture(data: bytes | None) -> str:
    """The logo as a data: address, stripped of all but its picture; "" for none."""
    from counterfoil.formats import logo

    try:
        picture = logo.read(data or b"")
    except ValueError:
        return ""
    return f"data:{picture.content_type};base64,{b64encode(picture.content).decode()}"

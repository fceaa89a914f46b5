"""What the public pages of documents share: a token is followed, and its document, PDF and logo are shown.

The token is the permission. A draft's token and one that never was get the same answer. Nothing is set in the visitor's
browser, nothing is remembered of the visit, and no other server hears of it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from counterfoil.errors import Gone, NotFound
from counterfoil.operations.work import Actor, Work
from counterfoil.store import attachments as attachment_rows
from counterfoil.store import credit_notes, documents
from counterfoil.store.rows import AttachmentRow, DocumentRow
from counterfoil.web import assets
from counterfoil.web.doors import PageDoors

if TYPE_CHECKING:
    from counterfoil.formats.html_base import Links
    from counterfoil.operations.kinds import Kind
    from counterfoil.operations.printing import Sheet

RETRY_AFTER_SECONDS = 2
PRINCIPAL = "public_page"
_TOKEN = re.compile(r"[A-Za-z0-9_\-]{16,128}")
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2})\b")
ALWAYS = {
    "cache-control": "private, no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow, noarchive",
}
_PAGE_POLICY = (
    "default-src 'none'; img-src data: 'self'; style-src 'self'; script-src 'self'; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_FILE_POLICY = "default-src 'none'; sandbox"


@dataclass(frozen=True, slots=True)
class Opened:
    """A document whose link was followed.

    today: the seller's calendar day; pdf: None until it is made; credit_notes: an invoice's own, as stored.
    """

    row: DocumentRow
    sheet: Sheet
    today: date
    pdf: AttachmentRow | None
    is_gone: bool
    credit_notes: tuple[dict[str, Any], ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        return self.sheet.document


def opened(doors: PageDoors, request: Request, kind_name: str) -> Opened:
    """The document of this kind behind the request's token. Raises NotFound for a draft and where there is none."""
    from counterfoil.operations import printing  # Start-up does not wait for it.
    from counterfoil.operations.kinds import KINDS

    token, kind = request.path_params["token"], KINDS[kind_name]
    with doors.works.database.read() as conn:
        link = documents.by_token(conn, token) if _TOKEN.fullmatch(token) else None
        if link is None or link.document_kind != kind.name:
            raise NotFound("not_found", "There is no such page.")
        work = Work(conn, Actor(link.organization_id, PRINCIPAL, client="page"), doors.works.clock.now())
        row = kind.get(work, link.document_id)
        is_gone = _is_gone(work, kind, row)
        sheet = printing.sheet(work, kind, row, page_base=doors.settings.base_url)
        pdf_id = sheet.document.get("attachment_id")
        pdf = attachment_rows.get(conn, link.organization_id, pdf_id) if pdf_id else None
        credited = _credit_notes(work, link.document_id) if sheet.document.get("credit_notes_ids") else ()
        return Opened(row, sheet, today=work.today, pdf=pdf, is_gone=is_gone, credit_notes=credited)


def _credit_notes(work: Work, invoice_id: str) -> tuple[dict[str, Any], ...]:
    rows = credit_notes.of_invoice(work.conn, work.organization_id, invoice_id)
    return tuple(json.loads(row.frozen) for row in rows)


def _is_gone(work: Work, kind: Kind, row: DocumentRow) -> bool:
    try:
        kind.check_public(work, row)
    except Gone:
        return True
    return False


def pdf_response(doors: PageDoors, found: Opened) -> Response | None:
    """The PDF's stored bytes; None while it is being made."""
    data = _bytes(doors, found.pdf)
    if data is None or found.pdf is None:
        return None
    name = quote(found.pdf.file_name, safe="")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}", "content-security-policy": _FILE_POLICY}
    return Response(data, media_type="application/pdf", headers=ALWAYS | headers)


def logo_response(doors: PageDoors, found: Opened) -> Response | None:
    """The seller's logo, stripped of all but its picture; None where there is none."""
    from counterfoil.formats import logo

    try:
        picture = logo.read(_bytes(doors, found.sheet.logo) or b"")
    except ValueError:
        return None
    headers = ALWAYS | {"content-security-policy": _FILE_POLICY}
    return Response(picture.content, media_type=picture.content_type, headers=headers)


def _bytes(doors: PageDoors, row: AttachmentRow | None) -> bytes | None:
    try:
        return doors.blobs.get(row.sha256) if row else None
    except FileNotFoundError:
        return None


def links(request: Request, color: str, found: Opened | None = None) -> Links:
    """Links relative to the request's own address, so that a proxy may serve all this below any path."""
    from counterfoil.formats.html_base import Links

    own = own_path(request)
    base = "../assets/" if own else "../../assets/"
    return Links(
        style=base + assets.link("page.css"),
        accent=base + assets.accent_link(color),
        script=base + assets.link("copy.js"),
        icon=base + assets.link("icon.svg"),
        pdf=f"{own}pdf" if found else "",
        logo=f"{own}logo" if found and found.sheet.logo else "",
        is_pdf_ready=found is not None and found.pdf is not None,
    )


def own_path(request: Request) -> str:
    """How to reach what lies below the document's page from the request's address: "{token}/", or "" from below it."""
    token = request.path_params["token"]
    return f"{token}/" if request.url.path.endswith(f"/{token}") else ""


def wanted_language(request: Request) -> str:
    """The first language of Accept-Language that we have; nothing else is known of who follows a dead link."""
    from counterfoil.formats.html_texts import TEXTS

    for part in request.headers.get("accept-language", "").split(",")[:20]:
        found = _LANGUAGE.match(part)
        if found and found[1].lower() in TEXTS:
            return found[1].lower()
    return "en"


def page_response(text: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A page that loads nothing from elsewhere and sends nothing anywhere, unless `headers` say otherwise."""
    policy = {"content-security-policy": _PAGE_POLICY}
    return HTMLResponse(text, status_code=status, headers=ALWAYS | policy | (headers or {}))

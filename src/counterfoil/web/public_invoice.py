"""/i/{token}: an invoice for the person who is to pay it, without login. The token is the permission.

A draft's token and one that never was get the same answer. Nothing is set in the visitor's browser, nothing is
remembered of the visit, and no other server hears of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from counterfoil.errors import Gone, NotFound
from counterfoil.operations.work import Actor, Work
from counterfoil.store import attachments as attachment_rows
from counterfoil.store import documents
from counterfoil.store.rows import AttachmentRow, DocumentRow
from counterfoil.web import assets
from counterfoil.web.doors import PageDoors

if TYPE_CHECKING:
    from counterfoil.formats.html import Links
    from counterfoil.operations.kinds import Kind
    from counterfoil.operations.printing import Sheet

RETRY_AFTER_SECONDS = 2
_TOKEN = re.compile(r"[A-Za-z0-9_\-]{16,128}")
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2})\b")
_ALWAYS = {
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
    """A document whose link was followed. today: the seller's calendar day; pdf: None until it is made."""

    sheet: Sheet
    today: date
    pdf: AttachmentRow | None
    is_gone: bool

    @property
    def document(self) -> dict[str, Any]:
        return self.sheet.document


def mount(app: FastAPI, doors: PageDoors) -> None:
    """Adds the page, its PDF and its logo to `app`; each answers HEAD too."""

    def page(request: Request) -> Response:
        return _answer(doors, request, lambda opened: _page(request, opened))

    def pdf(request: Request) -> Response:
        return _answer(doors, request, lambda opened: _pdf(doors, request, opened))

    def logo(request: Request) -> Response:
        return _answer(doors, request, lambda opened: _logo(doors, request, opened))

    app.add_route("/i/{token}", page, methods=["GET"])
    app.add_route("/i/{token}/pdf", pdf, methods=["GET"])
    app.add_route("/i/{token}/logo", logo, methods=["GET"])


def _answer(doors: PageDoors, request: Request, show: Callable[[Opened], Response]) -> Response:
    """What `show` makes of the document behind the link, or why there is none: 404, or 410 with whom to ask."""
    from counterfoil.formats import html  # Start-up does not wait for it.
    from counterfoil.operations.client_invoices import PUBLIC_DAYS

    try:
        opened = _open(doors, request.path_params["token"])
    except NotFound:
        return _missing(request)
    if opened.is_gone:
        links = _links(request, opened.sheet.accent_color)
        return _html(html.gone_page(opened.document, links, days=PUBLIC_DAYS), status=410)
    return show(opened)


def _open(doors: PageDoors, token: str) -> Opened:
    """The document behind `token`. Raises NotFound for a draft and where there is none."""
    from counterfoil.operations import printing
    from counterfoil.operations.kinds import KINDS

    with doors.works.database.read() as conn:
        link = documents.by_token(conn, token) if _TOKEN.fullmatch(token) else None
        kind = KINDS.get(link.document_kind) if link else None
        if link is None or kind is None or kind.page_path != "i":
            raise NotFound("not_found", "There is no such page.")
        work = Work(conn, Actor(link.organization_id, "public_page"), doors.works.clock.now())
        row = kind.get(work, link.document_id)
        is_gone = _is_gone(work, kind, row)
        sheet = printing.sheet(work, kind, row, page_base=doors.settings.base_url)
        pdf_id = sheet.document.get("attachment_id")
        pdf = attachment_rows.get(conn, link.organization_id, pdf_id) if pdf_id else None
        return Opened(sheet=sheet, today=work.today, pdf=pdf, is_gone=is_gone)


def _is_gone(work: Work, kind: Kind, row: DocumentRow) -> bool:
    try:
        kind.check_public(work, row)
    except Gone:
        return True
    return False


def _page(request: Request, opened: Opened) -> Response:
    from counterfoil.formats import html
    from counterfoil.formats.page import Appearance

    sheet = opened.sheet
    appearance = Appearance(accent_color=sheet.accent_color, is_specimen=sheet.is_specimen)
    return _html(
        html.invoice_page(opened.document, appearance, _links(request, sheet.accent_color, opened), today=opened.today)
    )


def _pdf(doors: PageDoors, request: Request, opened: Opened) -> Response:
    """The PDF's stored bytes; 503 while it is being made."""
    from counterfoil.formats import html

    data = _bytes(doors, opened.pdf)
    if data is None or opened.pdf is None:
        token = request.path_params["token"]
        page = html.pdf_soon_page(opened.sheet.locale, _links(request, opened.sheet.accent_color), back=f"../{token}")
        return _html(page, status=503, headers={"retry-after": str(RETRY_AFTER_SECONDS)})
    name = quote(opened.pdf.file_name, safe="")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}", "content-security-policy": _FILE_POLICY}
    return Response(data, media_type="application/pdf", headers=_ALWAYS | headers)


def _logo(doors: PageDoors, request: Request, opened: Opened) -> Response:
    """The seller's logo, stripped of all but its picture."""
    from counterfoil.formats import logo

    try:
        picture = logo.read(_bytes(doors, opened.sheet.logo) or b"")
    except ValueError:
        return _missing(request)
    return Response(
        picture.content, media_type=picture.content_type, headers=_ALWAYS | {"content-security-policy": _FILE_POLICY}
    )


def _missing(request: Request) -> Response:
    from counterfoil.formats import html
    from counterfoil.formats.colors import DEFAULT_ACCENT

    return _html(html.missing_page(_wanted_language(request), _links(request, DEFAULT_ACCENT)), status=404)


def _bytes(doors: PageDoors, row: AttachmentRow | None) -> bytes | None:
    try:
        return doors.blobs.get(row.sha256) if row else None
    except FileNotFoundError:
        return None


def _links(request: Request, color: str, opened: Opened | None = None) -> Links:
    """Links relative to the request's own address, so that a proxy may serve all this below any path."""
    from counterfoil.formats.html import Links

    token = request.path_params["token"]
    base = "../assets/" if request.url.path.endswith(f"/{token}") else "../../assets/"
    return Links(
        style=base + assets.link("page.css"),
        accent=base + assets.accent_link(color),
        script=base + assets.link("copy.js"),
        icon=base + assets.link("icon.svg"),
        pdf=f"{token}/pdf" if opened else "",
        logo=f"{token}/logo" if opened and opened.sheet.logo else "",
        is_pdf_ready=opened is not None and opened.pdf is not None,
    )


def _wanted_language(request: Request) -> str:
    """The first language of Accept-Language that we have; nothing else is known of who follows a dead link."""
    from counterfoil.formats.html_texts import TEXTS

    for part in request.headers.get("accept-language", "").split(",")[:20]:
        found = _LANGUAGE.match(part)
        if found and found[1].lower() in TEXTS:
            return found[1].lower()
    return "en"


def _html(text: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    policy = {"content-security-policy": _PAGE_POLICY}
    return HTMLResponse(text, status_code=status, headers=_ALWAYS | policy | (headers or {}))

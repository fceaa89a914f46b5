"""/i/{token}: an invoice for the person who is to pay it, without login."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from counterfoil.errors import NotFound
from counterfoil.web import public_documents as documents
from counterfoil.web.doors import PageDoors
from counterfoil.web.public_documents import Opened


def mount(app: FastAPI, doors: PageDoors) -> None:
    """Adds the page, its PDF and its logo to `app`; each answers HEAD too."""

    def page(request: Request) -> Response:
        return _answer(doors, request, lambda found: _page(request, found))

    def pdf(request: Request) -> Response:
        return _answer(doors, request, lambda found: documents.pdf_response(doors, found) or _pdf_soon(request, found))

    def logo(request: Request) -> Response:
        return _answer(doors, request, lambda found: documents.logo_response(doors, found) or _missing(request))

    app.add_route("/i/{token}", page, methods=["GET"])
    app.add_route("/i/{token}/pdf", pdf, methods=["GET"])
    app.add_route("/i/{token}/logo", logo, methods=["GET"])


def _answer(doors: PageDoors, request: Request, show: Callable[[Opened], Response]) -> Response:
    """What `show` makes of the invoice behind the link, or why there is none: 404, or 410 with whom to ask."""
    from counterfoil.formats import html  # Start-up does not wait for it.
    from counterfoil.operations.client_invoices import PUBLIC_DAYS

    try:
        found = documents.opened(doors, request, "client_invoice")
    except NotFound:
        return _missing(request)
    if found.is_gone:
        links = documents.links(request, found.sheet.accent_color)
        page = html.gone_page(found.document, links, days=PUBLIC_DAYS, credit_notes=found.credit_notes)
        return documents.page_response(page, status=410)
    return show(found)


def _page(request: Request, found: Opened) -> Response:
    from counterfoil.formats import html
    from counterfoil.formats.page import Appearance

    sheet = found.sheet
    appearance = Appearance(accent_color=sheet.accent_color, is_specimen=sheet.is_specimen)
    links = documents.links(request, sheet.accent_color, found)
    page = html.invoice_page(
        found.document, appearance, links, today=found.today, credit_notes=found.credit_notes
    )  # fmt: skip
    return documents.page_response(page)


def _pdf_soon(request: Request, found: Opened) -> Response:
    from counterfoil.formats import html

    links = documents.links(request, found.sheet.accent_color)
    page = html.pdf_soon_page(found.sheet.locale, links, back=f"../{request.path_params['token']}")
    return documents.page_response(page, status=503, headers={"retry-after": str(documents.RETRY_AFTER_SECONDS)})


def _missing(request: Request) -> Response:
    from counterfoil.formats import html
    from counterfoil.formats.colors import DEFAULT_ACCENT

    page = html.missing_page(documents.wanted_language(request), documents.links(request, DEFAULT_ACCENT))
    return documents.page_response(page, status=404)

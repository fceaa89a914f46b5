"""/q/{token}: a quote for the client, who reads it and accepts or declines, without login and without a script.

The token is the permission, and only a POST of one of the page's own forms answers: mail programs that follow links
ahead of their reader change nothing. Browsers say where a POST comes from, so that no other site can send one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from counterfoil.errors import BillingError, Conflict, Gone, Invalid, NotFound, WrongState
from counterfoil.operations.work import Actor
from counterfoil.web import public_documents as documents
from counterfoil.web.doors import PageDoors
from counterfoil.web.forms import fields_of, is_own, read_form
from counterfoil.web.public_documents import Opened

if TYPE_CHECKING:
    from counterfoil.formats.html_quote import Answer
    from counterfoil.store.rows import QuoteRow

# Under no-referrer a browser would hide where our own forms come from as well: it would send "Origin: null".
_PAGE = {
    "content-security-policy": (
        "default-src 'none'; img-src data: 'self'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "referrer-policy": "same-origin",
}
_FAULTS = {
    ("name", "missing_name"): "name_missing", ("name", "too_long"): "name_long", ("name", "invalid_text"): "name_odd",
    ("reason", "too_long"): "reason_long", ("reason", "invalid_text"): "reason_odd",
    ("has_read_terms", "terms_not_read"): "terms_missing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What one of the forms said. seen: the hash of the quote that was shown with it."""

    is_declining: bool
    name: str = ""
    reason: str = ""
    has_read: bool = False
    seen: str = ""


def mount(app: FastAPI, doors: PageDoors) -> None:
    """Adds the page, its PDF and logo, and the two answers to `app`. The first three answer HEAD too."""

    def page(request: Request) -> Response:
        return _show(doors, request, lambda found: _page(request, found))

    def pdf(request: Request) -> Response:
        return _show(doors, request, lambda found: documents.pdf_response(doors, found) or _pdf_soon(request, found))

    def logo(request: Request) -> Response:
        return _show(doors, request, lambda found: documents.logo_response(doors, found) or _missing(request))

    def back(request: Request) -> Response:
        return _to_page(request)

    async def accept(request: Request) -> Response:
        return await _answered(doors, request, is_declining=False)

    async def decline(request: Request) -> Response:
        return await _answered(doors, request, is_declining=True)

    app.add_route("/q/{token}", page, methods=["GET"])
    app.add_route("/q/{token}/pdf", pdf, methods=["GET"])
    app.add_route("/q/{token}/logo", logo, methods=["GET"])
    for path, answered in (("/q/{token}/accept", accept), ("/q/{token}/decline", decline)):
        app.add_route(path, answered, methods=["POST"])
        app.add_route(path, back, methods=["GET"])  # the address that stays in the browser after a refused answer


async def _answered(doors: PageDoors, request: Request, *, is_declining: bool) -> Response:
    """Records the answer and shows the page again by a 303, so that reloading it sends nothing twice."""
    try:
        body = await read_form(request)
    except ClientDisconnect:
        return Response(status_code=400)
    return await run_in_threadpool(partial(_record, doors, request, body, is_declining=is_declining))


def _record(doors: PageDoors, request: Request, body: bytes | None, *, is_declining: bool) -> Response:
    said = _said(body, is_declining=is_declining)
    if not is_own(request, doors.settings.base_url):
        return _again(doors, request, said or Said(is_declining), "not_from_here", status=403)
    if said is None:
        return _again(doors, request, Said(is_declining), "not_read", status=400)
    try:
        _write(doors, request, said)
    except (NotFound, Gone):
        return _show(doors, request, lambda found: _page(request, found))
    except (Invalid, Conflict, WrongState) as error:
        code, status = _fault(error)
        return _again(doors, request, said, code, status=status)
    return _to_page(request)


def _to_page(request: Request) -> Response:
    """To the page from an address below it; the fragment shows what became of the answer."""
    return RedirectResponse(f"../{request.path_params['token']}#answer", 303, headers=documents.ALWAYS | _PAGE)


def _said(body: bytes | None, *, is_declining: bool) -> Said | None:
    """What the form's bytes say; None for bytes that are none of our forms."""
    fields = fields_of(body)
    if fields is None:
        return None
    return Said(
        is_declining=is_declining,
        name=fields.get("name", ""),
        # A browser sends each line break as two characters; as typed, and as counted, it is one.
        reason=fields.get("reason", "").replace("\r\n", "\n"),
        has_read="terms" in fields,
        seen=fields.get("seen", ""),
    )


def _write(doors: PageDoors, request: Request, said: Said) -> None:
    from counterfoil.operations import quotes

    found = documents.opened(doors, request, "quote")
    row: QuoteRow = found.row  # type: ignore[assignment]  # of this kind, for so it was opened
    with doors.works.write(Actor(row.organization_id, documents.PRINCIPAL, client="page")) as work:
        quotes.public(work, row)
        if said.is_declining:
            quotes.decline(work, row, said.name, said.reason)
        else:
            quotes.accept(work, row, name=said.name, has_read_terms=said.has_read, seen_hash=said.seen)


def _fault(error: BillingError) -> tuple[str, int]:
    """How the page names an error, and with which status it is shown."""
    if isinstance(error, Invalid):
        fault = error.faults[0]
        return _FAULTS.get((fault.field or "", fault.code), "not_read"), 422
    return "changed" if isinstance(error, Conflict) else "answered", 409


def _again(doors: PageDoors, request: Request, said: Said, fault: str, *, status: int) -> Response:
    """The page with what was typed still in it, and what is wrong."""
    return _show(doors, request, lambda found: _page(request, found, said, (fault,), status=status))


def _show(doors: PageDoors, request: Request, show: Callable[[Opened], Response]) -> Response:
    """What `show` makes of the quote behind the link, or why there is none: 404, or 410 with whom to ask."""
    from counterfoil.formats import html_quote  # Start-up does not wait for it.

    try:
        found = documents.opened(doors, request, "quote")
    except NotFound:
        return _missing(request)
    if found.is_gone:
        links = documents.links(request, found.sheet.accent_color)
        return documents.page_response(html_quote.gone_page(found.document, links), status=410)
    return show(found)


def _page(
    request: Request, found: Opened, said: Said | None = None, faults: tuple[str, ...] = (), *, status: int = 200
) -> Response:
    from counterfoil.formats import html_quote
    from counterfoil.formats.page import Appearance

    sheet = found.sheet
    appearance = Appearance(accent_color=sheet.accent_color, is_specimen=sheet.is_specimen)
    links = documents.links(request, sheet.accent_color, found)
    answer = _answer(request, found, said or Said(is_declining=False), faults)
    text = html_quote.quote_page(found.document, appearance, links, answer, today=found.today)
    return documents.page_response(text, status=status, headers=_PAGE)


def _answer(request: Request, found: Opened, said: Said, faults: tuple[str, ...]) -> Answer:
    from counterfoil.formats.html_quote import Answer
    from counterfoil.operations import quotes

    row: QuoteRow = found.row  # type: ignore[assignment]  # of this kind, for so it was opened
    own = documents.own_path(request)
    return Answer(
        accept=f"{own}accept#answer",
        decline=f"{own}decline#answer",
        seen=quotes.document_hash(row),
        name_limit=quotes.LONGEST_NAME,
        reason_limit=quotes.LONGEST_REASON,
        is_declining=said.is_declining,
        name=said.name,
        reason=said.reason,
        has_read=said.has_read and "changed" not in faults,  # there is something new to read
        faults=faults,
    )


def _pdf_soon(request: Request, found: Opened) -> Response:
    from counterfoil.formats import html_quote

    links = documents.links(request, found.sheet.accent_color)
    page = html_quote.pdf_soon_page(found.sheet.locale, links, back=f"../{request.path_params['token']}")
    return documents.page_response(page, status=503, headers={"retry-after": str(documents.RETRY_AFTER_SECONDS)})


def _missing(request: Request) -> Response:
    from counterfoil.formats import html_quote
    from counterfoil.formats.colors import DEFAULT_ACCENT

    page = html_quote.missing_page(documents.wanted_language(request), documents.links(request, DEFAULT_ACCENT))
    return documents.page_response(page, status=404)

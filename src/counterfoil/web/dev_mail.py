"""/dev/mail: what would have been mailed, for the person who sits at this machine and for nobody else.

There is no login here, so the page answers only a direct call over loopback that also names a loopback host: a page
elsewhere can point its own name at 127.0.0.1 (DNS rebinding), and a proxy on this machine calls from loopback too.
Everybody else gets the 404 of a path that does not exist. A mail's HTML is never shown: its plain text is.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from urllib.parse import quote

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from counterfoil.errors import NotFound
from counterfoil.formats.mail import ReadLetter, read
from counterfoil.ports.mail import CatcherMailer, Mailer
from counterfoil.rest.local import is_local
from counterfoil.web.frame import templates

LISTED_MAX = 200
_INDEX = re.compile(r"[0-9]{1,3}")
_ALWAYS = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
}
# What a browser may be told a downloaded file is; anything else is bytes.
_SERVED_TYPES = frozenset({"application/pdf"})


def router(get_mailer: Callable[[], Mailer]) -> APIRouter:
    """The three pages. `get_mailer` is asked at each call; where it is no CatcherMailer, there is no such page."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/dev/mail")
    def list_mail(request: Request) -> Response:
        catcher = _catcher(request, get_mailer)
        names = catcher.list()
        letters = [(name, read(catcher.head(name))) for name in reversed(names[-LISTED_MAX:])]
        return _page("dev_mail.html", letters=letters, count=len(names))

    @pages.get("/dev/mail/{name}")
    def show_mail(request: Request, name: str) -> Response:
        return _page("dev_mail_message.html", name=name, letter=_letter(_catcher(request, get_mailer), name))

    @pages.get("/dev/mail/{name}/{index}")
    def download(request: Request, name: str, index: str) -> Response:
        letter = _letter(_catcher(request, get_mailer), name)
        if not _INDEX.fullmatch(index) or int(index) >= len(letter.attachments):
            raise HTTPException(404)
        return _file(letter, int(index))

    return pages


def _catcher(request: Request, get_mailer: Callable[[], Mailer]) -> CatcherMailer:
    mailer = get_mailer() if is_local(request) else None
    if not isinstance(mailer, CatcherMailer):
        raise HTTPException(404)
    return mailer


def _letter(catcher: CatcherMailer, name: str) -> ReadLetter:
    try:
        return read(catcher.get(name))
    except NotFound:
        raise HTTPException(404) from None


def _page(template: str, **values: object) -> Response:
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    text = templates().get_template(template).render(nonce=nonce, **values)
    return HTMLResponse(text, headers=_ALWAYS | {"content-security-policy": policy})


def _file(letter: ReadLetter, index: int) -> Response:
    attachment = letter.attachments[index]
    name = re.sub(r'[\x00-\x1f\x7f-\x9f\u2028\u2029/\\"]+', "-", attachment.file_name) or f"attachment-{index}"
    plain = re.sub(r"[^ -~]|[%;]", "_", name)
    headers = {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
    }
    kind = attachment.content_type if attachment.content_type in _SERVED_TYPES else "application/octet-stream"
    return Response(attachment.data, media_type=kind, headers=_ALWAYS | headers)

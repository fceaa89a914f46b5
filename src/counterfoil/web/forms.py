"""What pages with forms share: reading what was sent, and knowing that it was sent by our own page.

Two things guard a form of a signed-in person: the browser says that a page of this site sent it, and it carries a token
that only a page which was shown to this very session holds.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from counterfoil.errors import Forbidden, Malformed
from counterfoil.web.doors import PageDoors

if TYPE_CHECKING:
    from counterfoil.web.signin import SignedIn

LARGEST_FORM_BYTES = 32 * 1024
TOKEN_FIELD = "csrf"  # noqa: S105  # a field's name
_FORM_TYPE = "application/x-www-form-urlencoded"


def is_own(request: Request, base_url: str) -> bool:
    """Whether a form's POST comes from a page of ours, as far as the browser says; one that says nothing is let by.

    base_url: the address that pages are reached at, for where a proxy passes on another Host.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")  # none: by the person, not by a page
    origin = request.headers.get("origin")
    if origin is None:
        return True
    own = {request.headers.get("host", "").lower(), urlsplit(base_url).netloc.lower()}
    return origin.split("://", 1)[-1].lower() in own


async def read_form(request: Request) -> bytes | None:
    """The form as sent; None when it is of another type or longer than any answer. Raises ClientDisconnect."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM_TYPE:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM_BYTES:
            return None
    return bytes(body)


def fields_of(body: bytes | None, *, most: int = 20) -> dict[str, str] | None:
    """The form's fields, the last of each name; None for bytes that are no form of ours."""
    if body is None:
        return None
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=most))
    except ValueError:
        return None


def csrf_token(signed_in: SignedIn, purpose: str) -> str:
    """What a form must send back in the field `csrf`. purpose: what the form does, and to what."""
    return hmac.new(signed_in.session_hash.encode(), f"form:{purpose}".encode(), hashlib.sha256).hexdigest()


def check_form(
    doors: PageDoors, request: Request, body: bytes | None, signed_in: SignedIn, purpose: str
) -> dict[str, str]:
    """The fields of a form that this person's own page sent. Raises Malformed or Forbidden."""
    if not is_own(request, doors.settings.base_url):
        raise Forbidden("not_from_here", "This did not come from a page of this site, so nothing was done.")
    fields = fields_of(body, most=100)
    if fields is None:
        raise Malformed("bad_form", "What was sent could not be read, so nothing was done.")
    if not hmac.compare_digest(fields.get(TOKEN_FIELD, "").encode(), csrf_token(signed_in, purpose).encode()):
        raise Forbidden("form_expired", "This page was opened before you last signed in, so nothing was done.")
    return fields

"""The frame of pages for people who sign in: head, navigation, headers and links.

Links are relative to the request's own address, so that a proxy may serve all this below any path. A template extends
"frame.html" and fills its blocks `title` and `main`; it has `to("/path")`, `signed_in` and `csrf("purpose")`.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from counterfoil.formats.colors import DEFAULT_ACCENT
from counterfoil.web import assets, forms

if TYPE_CHECKING:
    from jinja2 import Environment

    from counterfoil.web.signin import SignedIn

HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # Under no-referrer a browser would hide where our own forms come from as well: it would send "Origin: null".
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow, noarchive",
}
_POLICY = (
    "default-src 'none'; img-src data: 'self'; style-src 'self'; form-action {forms}; frame-ancestors 'none'; "
    "base-uri 'none'"
)


def page(
    request: Request,
    template: str,
    *,
    signed_in: SignedIn | None = None,
    status: int = 200,
    form_targets: str = "'self'",
    headers: dict[str, str] | None = None,
    accent_color: str = DEFAULT_ACCENT,
    **values: object,
) -> Response:
    """The page of a template. form_targets: where its forms, and what they redirect to, may lead (form-action)."""
    text = templates().get_template(template).render(
        signed_in=signed_in,
        to=partial(link, request),
        csrf=partial(forms.csrf_token, signed_in) if signed_in else None,
        style=link(request, "/assets/" + assets.link("page.css")),
        own_style=link(request, "/assets/" + assets.link("people.css")),
        accent=link(request, "/assets/" + assets.accent_link(accent_color)),
        icon=link(request, "/assets/" + assets.link("icon.svg")),
        **values,
    )  # fmt: skip
    policy = {"content-security-policy": _POLICY.format(forms=form_targets)}
    return HTMLResponse(text, status_code=status, headers=HEADERS | policy | (headers or {}))


def message(
    request: Request, title: str, text: str, *, signed_in: SignedIn | None = None, status: int = 200,
    back: tuple[str, str] | None = None, command: str = "", headers: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    """A page that says one thing. back: a path and what its link says; command: what to type at the server."""
    return page(
        request, "message.html", signed_in=signed_in, status=status, headers=headers, title=title, text=text,
        back=back, command=command,
    )  # fmt: skip


def link(request: Request, path: str) -> str:
    """`path`, which begins with a slash, as a link that holds at the request's address."""
    depth = request.url.path.removeprefix(request.scope.get("root_path", "")).count("/") - 1
    return ("../" * depth or "./") + path.removeprefix("/")


def redirect(request: Request, path: str, headers: dict[str, str] | None = None) -> Response:
    """To `path` by a 303, so that reloading it sends nothing twice."""
    return RedirectResponse(link(request, path), 303, headers=HEADERS | (headers or {}))


@cache
def templates() -> Environment:
    """The templates of this folder, which escape all that they are given."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # Start-up does not wait for it.

    folder = Path(__file__).parent / "templates"
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

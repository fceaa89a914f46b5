"""/assets: the few files that pages are made with, and the style sheet of an accent colour.

Their links carry a hash of the content, so a browser may keep them for good; nothing here tells who looks at what.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    "page.css": "text/css; charset=utf-8",
    "people.css": "text/css; charset=utf-8",
    "copy.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_ACCENT = re.compile(r"accent-([0-9a-f]{6})\.css")
_KEPT_FOR_GOOD = "public, max-age=31536000, immutable"
_KEPT_A_WHILE = "public, max-age=300"


def link(name: str) -> str:
    """The file's address below /assets, with the hash of what it holds now."""
    return f"{name}?v={_version(name)}"


def accent_link(color: str) -> str:
    """The address below /assets of the style sheet for `color`, "#rrggbb"."""
    return link(f"accent-{color.lower().removeprefix('#')}.css")


def serve(request: Request) -> Response:
    """The file, or the 404 of a path that does not exist."""
    name = request.path_params["name"]
    if name not in _TYPES and not _ACCENT.fullmatch(name):
        raise HTTPException(404)
    is_current = request.query_params.get("v") == _version(name)
    headers = {
        "cache-control": _KEPT_FOR_GOOD if is_current else _KEPT_A_WHILE,
        "content-security-policy": "default-src 'none'",
        "x-content-type-options": "nosniff",
    }
    return Response(_content(name), headers=headers | {"content-type": _TYPES.get(name, _TYPES["page.css"])})


@cache
def static_file(name: str) -> bytes:
    """A file that comes with the package."""
    return (_FOLDER / name).read_bytes()


def _content(name: str) -> bytes:
    made = _ACCENT.fullmatch(name)
    if not made:
        return static_file(name)
    from counterfoil.formats.contrast import accent_css  # Start-up does not wait for it.

    return accent_css(f"#{made[1]}").encode()


def _version(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()[:12]

"""What every answer tells browsers, unless it says something of its own: guess nothing, run nothing, keep nothing."""

from __future__ import annotations

from collections.abc import Iterable

Headers = Iterable[tuple[bytes, bytes]]

# No answer is a page unless it says so with a policy of its own; then it says there what the page may do.
POLICY = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
ALWAYS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", POLICY),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
# A year, for this name alone: what else is below it is not ours to promise for.
_TLS = (b"strict-transport-security", b"max-age=31536000")


class Protection:
    """is_tls: the server is reached by https, and browsers shall never try it without."""

    def __init__(self, *, is_tls: bool) -> None:
        self._said = (*ALWAYS, _TLS) if is_tls else ALWAYS

    def added(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        """`headers` with those of ours that they lack. Names are in lower case, as ASGI has them."""
        own = list(headers)
        names = {name for name, _ in own}
        return own + [each for each in self._said if each[0] not in names]

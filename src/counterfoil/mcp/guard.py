"""Who may ask /mcp at all: against DNS rebinding, a page in a browser must not reach a server on its own machine."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def refusal(host: str | None, origin: str | None, *, own_names: Iterable[str]) -> tuple[int, str] | None:
    """The status and reason to refuse a request by its Host and Origin headers; None lets it pass.

    own_names: host names that this server goes by. An address as Host is no rebinding: that needs a name.
    """
    allowed = _LOOPBACK | {name.lower() for name in own_names}
    name = _name(f"//{host}") if host else None
    if name is None or not (name in allowed or _is_address(name)):
        return 421, "This server does not go by that Host; set COUNTERFOIL_PUBLIC_URL to its address."
    if origin is None:
        return None
    parts = urlsplit(origin) if "://" in origin else None
    if parts is None or parts.scheme not in ("http", "https") or _name(origin) not in allowed | {name}:
        return 403, "Requests from that Origin are not served."
    return None


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True

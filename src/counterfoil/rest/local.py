"""Whether somebody at this machine asks: what has no login answers to nobody else."""

from __future__ import annotations

import ipaddress
import re

from starlette.requests import Request

_HOST = re.compile(
    r"(?P<name>localhost|[0-9.]{7,15}|\[[0-9A-Fa-f.]{0,4}:[0-9A-Fa-f:.]{1,45}\])(?::[0-9]{1,5})?", re.IGNORECASE
)
_FORWARDED = frozenset({"forwarded", "via", "x-real-ip", "cf-connecting-ip", "true-client-ip"})


def is_local(request: Request) -> bool:
    """Whether somebody at this machine asks directly: the peer is loopback, so is the Host, and nothing forwards.

    A page elsewhere can point its own name at 127.0.0.1 (DNS rebinding), and a proxy on this machine calls from
    loopback too.
    """
    hosts = request.headers.getlist("host")
    named = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if named is None or request.client is None:
        return False
    if any(name in _FORWARDED or name.startswith("x-forwarded-") for name in request.headers):
        return False
    is_loopback_name = named["name"].lower() == "localhost" or _is_loopback(named["name"].strip("[]"))
    return is_loopback_name and _is_loopback(request.client.host)


def is_foreign_page(request: Request) -> bool:
    """Whether a browser asks on behalf of a page of another site; programs send no such header."""
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    if origin is not None and origin.partition("://")[2] != host:
        return True
    return request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback

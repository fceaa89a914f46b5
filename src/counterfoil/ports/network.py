"""Calling out to addresses that a user names: which may be called, and a connection to exactly what was checked.

Without this a URL could reach what only this machine can: its own services, the network behind it, a cloud's metadata.
A name is resolved once and the connection goes to the address that was checked; asking again when connecting would let
the name's owner answer with another one.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from counterfoil.errors import Malformed

URL_CHARS_MAX = 2_048
_ADDRESSES_MAX = 4
_URL = re.compile(
    r"(?P<scheme>[Hh][Tt][Tt][Pp][Ss]?)://"
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:[/?][A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]*)?)"
)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# Browsers and C libraries read such a host as an address, in decimal, octal or hexadecimal.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa")
_LOWEST_FREE_PORT = 1024

# IANA's special-purpose registries, and what clouds keep for themselves.
_NOT_PUBLIC_V4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's own services, on an address that looks public
    )
)  # fmt: skip
# Whatever is not global unicast is out: loopback, unique local, link-local, multicast, IPv4-mapped, NAT64.
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    ipaddress.IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32", "3fff::/20",  # documentation
        "2002::/16",  # 6to4 carries an IPv4 address
    )
)  # fmt: skip


class UrlRefused(Malformed):
    """This address is not called from here."""


class NameNotFound(OSError):
    """The host's name has no address, or nobody answered what it is."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL leads to. host: without brackets; path: with its query, never empty."""

    is_tls: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """As the Host header says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


def resolve_name(host: str, port: int) -> list[str]:
    """Every address of `host`, in the system's order. Raises NameNotFound."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameNotFound(f"{host} could not be resolved: {error}") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def open_connection(address: tuple[str, int], timeout_seconds: float) -> socket.socket:
    """A TCP connection to an address."""
    return socket.create_connection(address, timeout=timeout_seconds)


class Network:
    """The way out. is_private_allowed: also http, and addresses that are not public: for development and tests."""

    def __init__(
        self,
        *,
        is_private_allowed: bool = False,
        resolve: Callable[[str, int], Sequence[str]] = resolve_name,
        connect: Callable[[tuple[str, int], float], socket.socket] = open_connection,
    ) -> None:
        self.is_private_allowed = is_private_allowed
        self._resolve = resolve
        self._connect = connect

    def target(self, url: str, *, field: str | None = None) -> Target:
        """What `url` leads to, looking at its text only. Raises UrlRefused, naming `field`."""
        return checked(url, is_private_allowed=self.is_private_allowed, field=field)

    def addresses(self, target: Target) -> list[str]:
        """The target's addresses, resolved once and each of them checked. Raises UrlRefused or NameNotFound."""
        found = [target.host] if _address(target.host) else list(self._resolve(target.host, target.port))
        if not found:
            raise NameNotFound(f"{target.host} has no address")
        if not self.is_private_allowed:
            # One that is not public among public ones is no accident that should be waited out.
            for address in found:
                if not is_public(address):
                    raise _refused(f"{target.host} leads to {address}, which is not a public address", None)
        return found[:_ADDRESSES_MAX]

    def connect(self, addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
        """A connection to the first address that answers before `deadline` (time.monotonic()). Raises OSError."""
        problem: OSError = NameNotFound("there is no address to connect to")
        for position, address in enumerate(addresses):
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("nobody answered in time")
            try:
                return self._connect((address, port), left / (len(addresses) - position))
            except OSError as error:
                problem = error
        raise problem


def checked(url: str, *, is_private_allowed: bool, field: str | None = None) -> Target:
    """What `url` leads to, looking at its text only. Raises UrlRefused, naming `field`."""
    parts = _URL.fullmatch(url) if len(url) <= URL_CHARS_MAX else None
    if parts is None:
        raise _refused(
            "the URL is not of the form https://host/path in plain ASCII, without user name, spaces or fragment", field
        )
    is_tls = parts["scheme"].lower() == "https"
    if not is_tls and not is_private_allowed:
        raise _refused("the URL does not begin with https://", field)
    port = int(parts["port"] or (443 if is_tls else 80))
    if not 1 <= port <= 65_535 or not (is_private_allowed or port == 443 or port >= _LOWEST_FREE_PORT):
        raise _refused(f"port {port} is not called: only 443, and 1024 to 65535", field)
    host = parts["host"].strip("[]").lower()
    if problem := _host_problem(
        host, is_bracketed=parts["host"].startswith("["), is_private_allowed=is_private_allowed
    ):
        raise _refused(problem, field)
    path = parts["path"]
    return Target(is_tls, host, port, path if path.startswith("/") else f"/{path}")


def is_public(address: str) -> bool:
    """Whether an IP address is reached over the internet and belongs to nobody's inside."""
    found = _address(address)
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in block for block in _NOT_PUBLIC_V4)
    if isinstance(found, ipaddress.IPv6Address):
        return found.scope_id is None and found in _PUBLIC_V6 and not any(found in block for block in _NOT_PUBLIC_V6)
    return False


def _host_problem(host: str, *, is_bracketed: bool, is_private_allowed: bool) -> str | None:
    """What is wrong with a host's name or address; None when nothing is."""
    address = _address(host)
    if is_bracketed and not isinstance(address, ipaddress.IPv6Address):
        return "the address in brackets is not an IPv6 address"
    if address is not None:
        return None if is_private_allowed or is_public(host) else f"{host} is not a public address"
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return "the host is a number, or an address written in an unusual way"
    if not all(_LABEL.fullmatch(label) for label in labels):
        return "the host is not a name of letters, digits and hyphens"
    if not is_private_allowed and (len(labels) == 1 or f".{host}".endswith(_LOCAL_ENDINGS)):
        return f"{host} is not a public name"
    return None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _refused(problem: str, field: str | None) -> UrlRefused:
    return UrlRefused(
        "url_not_allowed", f"This address is not called: {problem}.", field=field,
        fix="Send a URL such as https://example.com/hooks. On a machine of your own, for tests, "
        "COUNTERFOIL_ALLOW_PRIVATE_CALLBACKS=1 lets it call http and private addresses too.",
    )  # fmt: skip

"""Asking the DNS what a domain says of itself. The machine's own resolvers are asked, within a bound."""

from __future__ import annotations

from typing import Protocol

TIMEOUT_SECONDS = 4.0


class Texts(Protocol):
    """The TXT records of a name, [] when there are none. Raises OSError when nobody answers."""

    def __call__(self, name: str) -> list[str]: ...


def texts(name: str) -> list[str]:
    """As Texts, over the network."""
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=TIMEOUT_SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise OSError(f"no name server answers for {name}: {type(error).__name__}") from None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

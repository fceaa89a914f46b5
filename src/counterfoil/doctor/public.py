"""The public address: what links in mails and on documents lead to."""

from __future__ import annotations

import json
import ssl
import time
from urllib.parse import urlsplit

from counterfoil.doctor.checks import Check, fail, ok, warn
from counterfoil.errors import BillingError
from counterfoil.house import is_loopback
from counterfoil.ports.network import Network
from counterfoil.settings import Settings

_SECONDS = 8.0
_MOST_BYTES = 10_000


def address(settings: Settings) -> Check:
    """Whether one is set that clients can reach."""
    url = settings.public_url
    if not url:
        return warn(
            "public URL", "not set: mail carries no link to the invoice", "set COUNTERFOIL_PUBLIC_URL=https://…"
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return fail("public URL", f"{url} is no address", "set COUNTERFOIL_PUBLIC_URL=https://…")
    if is_loopback(url):
        return warn("public URL", f"{url} leads to this machine alone", "set it to the address that clients reach")
    if parts.scheme != "https":
        return warn("public URL", f"{url} is not encrypted", "put a TLS proxy before it, and write https://")
    return ok("public URL", url)


def reached(settings: Settings, network: Network, *, tls_context: ssl.SSLContext | None = None) -> Check:
    """Whether this server answers there, asked the way round through the network."""
    from counterfoil.ports.exchange import answer_to_get

    if not settings.public_url:
        return address(settings)
    fix = "look at DNS, firewall and the proxy's certificate"
    url = settings.public_url.rstrip("/") + "/healthz"
    try:
        target = network.target(url)
        deadline = time.monotonic() + _SECONDS
        line = network.connect(network.addresses(target), target.port, deadline)
        status, _headers, body = answer_to_get(
            line, target, {"Accept": "application/json"}, tls_context=tls_context or ssl.create_default_context(),
            deadline=deadline, most_bytes=_MOST_BYTES,
        )  # fmt: skip
    except BillingError as error:
        return fail("public URL reached", error.faults[0].message, "set COUNTERFOIL_PUBLIC_URL to a public address")
    except Exception as error:  # the libraries below have errors of their own for each way to fail
        return fail("public URL reached", f"{url} does not answer: {type(error).__name__}: {error}"[:200], fix)
    if status != 200 or not _is_ours(body):
        return fail("public URL reached", f"{url} answers {status}, and not as counterfoil does", fix)
    return ok("public URL reached", f"{url} answers")


def _is_ours(body: bytes) -> bool:
    try:
        found = json.loads(body)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("status") == "ok" and "version" in found

"""What a client says of itself, read from the address that is its id (OAuth Client ID Metadata Documents).

The address comes from whoever asks, so it is called like a webhook's: only public addresses, each resolved once and
checked, no redirects. A document is small, JSON, and names the address that it was read from as its own id.
"""

from __future__ import annotations

import json
import re
import ssl
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from counterfoil import __version__
from counterfoil.errors import BillingError, Invalid
from counterfoil.ports.network import Network

BYTES_MAX = 5_120  # what the draft (section 6.6) recommends
SECONDS_MAX = 5.0
KEPT_LEAST = timedelta(minutes=5)
KEPT_MOST = timedelta(days=1)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?(\d{1,9})", re.IGNORECASE)
_NEVER_KEPT = re.compile(r"(?:^|[\s,])no-(?:store|cache)\b", re.IGNORECASE)
_JSON = re.compile(r"application/(?:[a-z0-9.+-]+\+)?json", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A client's document. keep: how long it may be believed without looking again."""

    document: dict[str, Any]
    keep: timedelta


class ClientDocuments(Protocol):
    """Reads what clients say of themselves."""

    def is_url(self, client_id: str) -> bool:
        """Whether a client's id is an address to read."""
        ...

    def fetch(self, client_id: str) -> Fetched:
        """The document behind a client's id. Raises Invalid, saying what is wrong."""
        ...


class HttpClientDocuments:
    """Over HTTP/1.1, each on a connection of its own. tls_context: the machine's own trust without it."""

    def __init__(
        self, network: Network, *, tls_context: ssl.SSLContext | None = None, timeout_seconds: float = SECONDS_MAX
    ) -> None:
        self._network = network
        self._tls_context = tls_context
        self._timeout_seconds = timeout_seconds

    def is_url(self, client_id: str) -> bool:
        """https, and http too where private addresses are called."""
        return client_id.startswith(("https://", "http://") if self._network.is_private_allowed else "https://")

    def fetch(self, client_id: str) -> Fetched:
        """The document behind a client's id. Raises Invalid, saying what is wrong."""
        try:
            status, headers, body = self._answer(client_id)
        except Invalid:
            raise
        except BillingError as refused:
            raise _unreadable(str(refused)) from None
        except TimeoutError:
            raise _unreadable(f"no answer within {self._timeout_seconds:g} s") from None
        except ssl.SSLError:
            raise _unreadable("TLS failed") from None
        except Exception as problem:
            raise _unreadable((str(problem) or type(problem).__name__)[:200]) from None
        if status != 200:
            hint = "; redirects are not followed" if 300 <= status < 400 else ""
            raise _unreadable(f"it answered {status}{hint}")
        if not _JSON.fullmatch(headers.get("content-type", "").split(";")[0].strip()):
            raise _unreadable("it is not JSON")
        return Fetched(_document(client_id, body), kept(headers.get("cache-control", "")))

    def _answer(self, client_id: str) -> tuple[int, dict[str, str], bytes]:
        from counterfoil.ports.exchange import answer_to_get  # at the first call: most servers make none

        target = self._network.target(client_id)
        path = target.path.partition("?")[0]
        if path == "/" or any(part in (".", "..") for part in path.split("/")):
            raise _unreadable("a client's address has a path, without dots for folders")
        deadline = time.monotonic() + self._timeout_seconds
        addresses = self._network.addresses(target)
        connection = self._network.connect(addresses, target.port, deadline)
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": f"Counterfoil/{__version__}"}
        if self._tls_context is None:
            self._tls_context = ssl.create_default_context()
        return answer_to_get(
            connection, target, sent, tls_context=self._tls_context, deadline=deadline, most_bytes=BYTES_MAX
        )


def kept(cache_control: str) -> timedelta:
    """How long an answer with this Cache-Control is believed, within bounds: asked at every turn it were a nuisance."""
    found = _MAX_AGE.search(cache_control)
    if _NEVER_KEPT.search(cache_control) or not found:
        return KEPT_LEAST
    return min(max(timedelta(seconds=int(found[1])), KEPT_LEAST), KEPT_MOST)


def _document(client_id: str, body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise _unreadable("it is not JSON") from None
    if not isinstance(document, dict):
        raise _unreadable("it is no JSON object")
    if document.get("client_id") != client_id:
        raise _unreadable("its client_id is not this very address")
    return document


def _unreadable(problem: str) -> Invalid:
    return Invalid(
        "invalid_client_document", f"The client's own document could not be taken: {problem}.", field="client_id",
        fix="Serve it as JSON of at most 5 kB at the https address that is the client's id.",
    )  # fmt: skip

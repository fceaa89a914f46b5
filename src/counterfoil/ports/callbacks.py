"""Webhooks leave here: one signed POST, acknowledged by 2xx within a second or not at all."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from counterfoil import __version__
from counterfoil.domain.webhook import ACKNOWLEDGED_SECONDS, SIGNATURE_HEADER, signature
from counterfoil.errors import BillingError
from counterfoil.ports.clock import Clock, SystemClock
from counterfoil.ports.network import Network

_ERROR_CHARS_MAX = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call. status: of the answer, None when there was none; error: why it does not count, or ""."""

    status: int | None
    error: str = ""

    @property
    def is_acknowledged(self) -> bool:
        return not self.error


class Callbacks(Protocol):
    """Calls a subscriber once."""

    def post(self, url: str, body: bytes, *, secret: str) -> Answer:
        """The outcome; whatever goes wrong on the way is one too."""
        ...


class HttpCallbacks:
    """Over HTTP/1.1, each call on a connection of its own, without redirects, proxies or cookies.

    clock: stamps the signature. It is the machine's even where documents live in another time, for the receiver
    compares the stamp with its own.
    """

    def __init__(
        self,
        network: Network,
        *,
        clock: Clock | None = None,
        tls_context: ssl.SSLContext | None = None,
        timeout_seconds: float = ACKNOWLEDGED_SECONDS,
    ) -> None:
        self._network = network
        self._clock = clock or SystemClock()
        self._tls_context = tls_context
        self._timeout_seconds = timeout_seconds

    def post(self, url: str, body: bytes, *, secret: str) -> Answer:
        """The outcome. The second begins once the name is resolved, and ends with the answer's head."""
        try:
            status = self._status(url, body, secret)
        except BillingError as refused:
            return Answer(None, str(refused))
        except TimeoutError:
            return Answer(None, f"no answer within {self._timeout_seconds:g} s")
        except ssl.SSLError as problem:
            return Answer(None, f"TLS failed: {_told(problem)}")
        except Exception as problem:
            return Answer(None, _told(problem))
        if 200 <= status < 300:
            return Answer(status)
        hint = "; redirects are not followed" if 300 <= status < 400 else ""
        return Answer(status, f"answered {status}{hint}")

    def _status(self, url: str, body: bytes, secret: str) -> int:
        from counterfoil.ports.exchange import status_of_post  # at the first call: most servers make none

        target = self._network.target(url)
        addresses = self._network.addresses(target)
        deadline = time.monotonic() + self._timeout_seconds
        connection = self._network.connect(addresses, target.port, deadline)
        return status_of_post(
            connection, target, self._headers(body, secret), body, tls_context=self._tls(), deadline=deadline
        )

    def _headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        sent_at = int(self._clock.now().timestamp())
        return {
            "Content-Type": "application/json",
            "User-Agent": f"Counterfoil/{__version__}",
            SIGNATURE_HEADER: signature(secret, sent_at, body),
        }

    def _tls(self) -> ssl.SSLContext:
        if self._tls_context is None:
            self._tls_context = ssl.create_default_context()
        return self._tls_context


def _told(problem: Exception) -> str:
    return (str(problem) or type(problem).__name__)[:_ERROR_CHARS_MAX]

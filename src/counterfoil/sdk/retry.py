"""When a call is made again, and after how long. Pure: the clients do the waiting."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from counterfoil.sdk.wire import Answer, Request

T = TypeVar("T")
KEY_HEADER = "X-Qonto-Idempotency-Key"
_WORTH_ANOTHER_TRY = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Retry:
    """attempts: how often in all. first_pause_seconds: doubles each time. longest_pause_seconds: also of Retry-After.

    writes: whether writes are repeated too, always with the same idempotency key. Counterfoil keeps every key; for a
    server that forgets them, set it to False.
    """

    attempts: int = 4
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 60.0
    writes: bool = True

    def pause(self, request: Request[Any], answer: Answer | None, tried: int) -> float | None:
        """Seconds to wait before the next attempt, None to leave it. answer: None when none came. tried: from 1."""
        if tried >= self.attempts or (request.method != "GET" and not self.writes):
            return None
        if answer is None:
            return self._backoff(tried)
        if answer.status not in _WORTH_ANOTHER_TRY:
            return None
        told = answer.headers.get("retry-after", "").strip()
        if told.isascii() and told.isdigit():
            # A server that wants more patience than we have is not asked again before it said.
            return float(told) if int(told) <= self.longest_pause_seconds else None
        return self._backoff(tried)

    def _backoff(self, tried: int) -> float:
        # Full jitter: many clients that failed together do not come back together.
        most: float = min(self.first_pause_seconds * 2 ** (tried - 1), self.longest_pause_seconds)
        return most * secrets.randbelow(1_000_001) / 1_000_000


NEVER = Retry(attempts=1)


def with_key(request: Request[T]) -> Request[T]:
    """`request` as it may be sent twice: a write without an idempotency key gets one."""
    if request.method == "GET" or KEY_HEADER in request.headers:
        return request
    return replace(request, headers={**request.headers, KEY_HEADER: secrets.token_hex(16)})

"""One id for each exchange: in every answer's X-Tyk-Trace-Id, in an error's trace_id and in the lines of the log."""

from __future__ import annotations

import os
import re
from contextvars import ContextVar

HEADER = b"x-tyk-trace-id"
# W3C Trace Context, 3.2: a caller that traces its calls finds them here under the id that it gave.
_TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Exchange:
    """A request and its answer. caller: who was found to call, "" until then; the same object in every thread of it.

    status: of the answer, 0 until it begins.
    """

    __slots__ = ("caller", "status", "trace_id")

    def __init__(self, trace_id: str) -> None:
        self.trace_id = trace_id
        self.caller = ""
        self.status = 0


_CURRENT: ContextVar[Exchange | None] = ContextVar("counterfoil_exchange", default=None)


def begin(traceparent: bytes | None = None) -> Exchange:
    """A new exchange for this task and the threads that work for it. traceparent: the header's value."""
    found = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    exchange = Exchange(found[1].decode() if found else new_id())
    _CURRENT.set(exchange)
    return exchange


def current() -> Exchange | None:
    """The exchange that this task or thread works for, if any."""
    return _CURRENT.get()


def current_id() -> str:
    """Its trace id; a new one where no exchange is."""
    exchange = _CURRENT.get()
    return exchange.trace_id if exchange else new_id()


def request_id() -> str:
    """Its trace id; "" where no exchange is."""
    exchange = _CURRENT.get()
    return exchange.trace_id if exchange else ""


def new_id() -> str:
    """32 hexadecimal digits."""
    return os.urandom(16).hex()


def found_caller(caller: str) -> None:
    """Notes who calls, once that is proven."""
    exchange = _CURRENT.get()
    if exchange:
        exchange.caller = caller

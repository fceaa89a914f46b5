"""The outermost layer of the application: every exchange has a trace id, every answer tells browsers what not to do
with it, and nobody calls too often."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from counterfoil.errors import Fault
from counterfoil.rest import trace
from counterfoil.rest.calls import ACTOR_KEY
from counterfoil.rest.errors import envelope
from counterfoil.rest.limits import Limits
from counterfoil.rest.protection import Protection
from counterfoil.rest.watch import Watch

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Asked by monitors and by nobody else; /sandbox is served to the machine's own user only.
_NEVER_COUNTED = ("/healthz", "/readyz", "/metrics", "/sandbox")
_API = ("/v2/", "/mcp")


class Edge:
    """ASGI around ASGI. It adds some six microseconds where limits are off, some ten where they are on."""

    def __init__(self, app: ASGIApp, limits: Limits, protection: Protection, watch: Watch) -> None:
        self._app = app
        self._limits = limits
        self._protection = protection
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        authorization = traceparent = None
        for name, value in scope["headers"]:
            if name == b"authorization":
                authorization = authorization or value
            elif name == b"traceparent":
                traceparent = value
        if ACTOR_KEY in scope:
            # A door of this process calls: its own caller was counted, and its own exchange goes on.
            await self._app(scope, receive, _traced(send, trace.current() or trace.begin(traceparent)))
            return
        exchange = trace.begin(traceparent)
        started = time.perf_counter()
        self._watch.at_hand += 1
        try:
            await self._answer(scope, receive, send, exchange, authorization)
        finally:
            self._watch.at_hand -= 1
            self._watch.done(scope, exchange, time.perf_counter() - started)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, exchange: trace.Exchange, authorization: bytes | None
    ) -> None:
        client = scope.get("client")
        place = self._limits.place(client[0] if client else None)
        if not place or scope["path"].startswith(_NEVER_COUNTED):
            await self._app(scope, receive, _traced(send, exchange, self._protection))
        else:
            app, sent = self._counted(place, authorization, exchange, send, is_page=not scope["path"].startswith(_API))
            await app(scope, receive, sent)

    def _counted(
        self, place: str, authorization: bytes | None, exchange: trace.Exchange, send: Send, *, is_page: bool
    ) -> tuple[ASGIApp, Send]:
        """What answers this request, and how its answer is sent: it may tell who calls, or count as a refusal."""
        limits = self._limits
        caller = "" if is_page else limits.caller(authorization)
        seconds = limits.wait(place, caller, is_page=is_page)
        if seconds:
            return too_many(seconds), _traced(send, exchange, self._protection)

        def learn(status: int) -> None:
            if status == 401:
                limits.refused(place, authorization)
            elif authorization is not None and exchange.caller and exchange.caller != caller:
                limits.learn(authorization, exchange.caller)

        return self._app, _traced(send, exchange, self._protection, learn)


def too_many(seconds: int) -> Response:
    """429, and when to come again."""
    fault = Fault(
        "too_many_requests", "Too many requests: 1,000 in 10 seconds and 10,000 in 10 minutes are answered, and 200 "
        "that are refused in an hour.", fix=f"Wait {seconds} s, as the header Retry-After says.",
        meta={"retry_after_seconds": seconds},
    )  # fmt: skip
    return envelope([fault], 429, headers={"Retry-After": str(seconds)})


def _traced(
    send: Send,
    exchange: trace.Exchange,
    protection: Protection | None = None,
    learn: Callable[[int], None] | None = None,
) -> Send:
    async def traced(message: Message) -> None:
        if message["type"] == "http.response.start":
            if protection:  # else it is the answer to a call within this exchange
                exchange.status = message["status"]
            headers = message.get("headers", ())
            headers = protection.added(headers) if protection else list(headers)
            headers.append((trace.HEADER, exchange.trace_id.encode()))
            message["headers"] = headers
            if learn:
                learn(message["status"])
        await send(message)

    return traced

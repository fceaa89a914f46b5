"""Faults that the sandbox makes on purpose: a refusal, a wait, an answer that never comes or breaks off.

They stand around the whole application, so every route can have one, and a client meets them as it would the real ones.
"""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import threading
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import HTMLResponse, Response

from counterfoil import errors
from counterfoil.rest.calls import ACTOR_KEY
from counterfoil.rest.errors import envelope

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A key of the ASGI scope, set by the sandbox's protocol: what can cut the line.
TRANSPORT_KEY = "counterfoil.transport"
FAULTS_MAX = 1_000
_CODES = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 409: "conflict",
    412: "precondition_failed", 422: "unprocessable_entity", 429: "too_many_requests", 500: "internal_server_error",
    502: "bad_gateway", 503: "service_unavailable", 504: "gateway_timeout",
}  # fmt: skip
_COME_AGAIN = (429, 503)
_HALF = b'{"client_invoice":{"id":"01'  # where there is no answer to break off


class NewFault(BaseModel):
    """What goes wrong, where, and how often."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["status", "slow", "timeout", "cut", "reset"] = Field(
        description="status: an answer with `status`. slow: the answer after `delay_ms`. timeout: no answer, and the "
        "connection stays open. cut: the answer breaks off in the middle. reset: the connection ends without an answer"
    )
    method: str | None = Field(None, max_length=10, description="GET, POST, …; every method without it")
    path: str = Field(
        "/v2/*", min_length=1, max_length=300,
        description="as in /openapi.json, /v2/client_invoices/{id}, or with * for anything",
    )  # fmt: skip
    count: int | None = Field(1, ge=1, le=1_000_000, description="how many requests meet it; null: all until removed")
    after_effect: bool = Field(
        False, description="true: the request is carried out first, and its answer is lost to the fault"
    )
    status: int = Field(500, ge=400, le=599, description="of kind status")
    code: str | None = Field(
        None, pattern=r"^[a-z0-9_]{1,60}$", description="of kind status: the error's, such as client_invoice_conflict"
    )
    body: Literal["errors", "empty", "html"] = Field("errors", description="of kind status: the envelope of errors, …")
    retry_after_seconds: int | None = Field(
        None, ge=0, le=3_600, description="header Retry-After; 1 without it for 429 and 503"
    )
    delay_ms: int = Field(1_000, ge=0, le=600_000, description="of kind slow")
    timeout_seconds: int = Field(
        60, ge=1, le=3_600, description="of kind timeout: how long the connection is held, unless the client goes first"
    )

    @model_validator(mode="after")
    def _is_of_a_route(self) -> Self:
        if self.path.startswith("/sandbox"):
            raise ValueError("the sandbox's own routes have no faults")
        return self


@dataclass
class Fault:
    """A fault that was asked for. left: how many requests will still meet it; None: all."""

    id: int
    asked: NewFault
    left: int | None
    met: int = 0

    def as_wire(self) -> dict[str, Any]:
        return {"id": self.id, **self.asked.model_dump(), "left": self.left, "met": self.met}


@dataclass
class Faults:
    """The faults at hand, oldest first; a request meets the first that fits it."""

    _listed: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last_id: int = 0

    def add(self, asked: NewFault) -> Fault:
        """Raises Invalid when there are too many already."""
        with self._lock:
            if len(self._listed) >= FAULTS_MAX:
                raise errors.Invalid(
                    "too_many_faults", f"There are {FAULTS_MAX} faults already.", fix="DELETE /sandbox/faults first."
                )
            self._last_id += 1
            fault = Fault(self._last_id, asked, asked.count)
            self._listed.append(fault)
            return fault

    def listed(self) -> list[Fault]:
        with self._lock:
            return list(self._listed)

    def remove(self, fault_id: str) -> None:
        """Raises NotFound."""
        with self._lock:
            kept = [fault for fault in self._listed if str(fault.id) != fault_id]
            if len(kept) == len(self._listed):
                raise errors.NotFound("not_found", "There is no fault with this id.", fix="GET /sandbox/faults first.")
            self._listed = kept

    def clear(self) -> None:
        with self._lock:
            self._listed = []

    def meet(self, method: str, path: str) -> NewFault | None:
        """The fault that this request meets, which is counted."""
        if not self._listed:
            return None
        with self._lock:
            for fault in self._listed:
                if fault.left != 0 and _fits(fault.asked, method, path):
                    fault.left = fault.left - 1 if fault.left else None
                    fault.met += 1
                    return fault.asked
        return None


def _fits(asked: NewFault, method: str, path: str) -> bool:
    return (asked.method or method).upper() == method and _pattern(asked.path).fullmatch(path) is not None


@lru_cache(maxsize=1_024)
def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\}|\*)", path)
    return re.compile(
        "".join(".*" if part == "*" else "[^/]+" if part[:1] == "{" else re.escape(part) for part in parts)
    )


class FaultLayer:
    """ASGI around ASGI: lets requests meet their faults."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = None
        if scope["type"] == "http" and ACTOR_KEY not in scope and not scope["path"].startswith("/sandbox"):
            asked = self._faults.meet(scope["method"], scope["path"])
        if asked is None:
            await self._app(scope, receive, send)
            return
        answer = await answer_of(self._app, scope, receive) if asked.after_effect else None
        await _HAPPENS[asked.kind](self, asked, answer, scope, receive, send)

    async def _status(
        self, asked: NewFault, _answer: Answer | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        seconds = asked.retry_after_seconds
        if seconds is None and asked.status in _COME_AGAIN:
            seconds = 1
        headers = {} if seconds is None else {"Retry-After": str(seconds)}
        await _refusal(asked, headers)(scope, receive, send)

    async def _slow(self, asked: NewFault, answer: Answer | None, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(asked.delay_ms / 1000)
        if answer is None:
            await self._app(scope, receive, send)
        else:
            await answer.send_to(send)

    async def _timeout(
        self, asked: NewFault, _answer: Answer | None, scope: Scope, receive: Receive, _send: Send
    ) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(asked.timeout_seconds):
                await _gone(receive)
        _hang_up(scope)
        await _gone(receive)

    async def _cut(self, asked: NewFault, answer: Answer | None, scope: Scope, receive: Receive, send: Send) -> None:
        if answer is None:
            await _taken(receive)  # a connection that is closed with something unread in it is reset
        body = answer.body if answer else _HALF * 2
        start: Message = {"type": "http.response.start", "status": answer.start["status"] if answer else 200}
        start["headers"] = [(b"content-type", b"application/json"), (b"content-length", str(len(body) + 2).encode())]
        await send(start)
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        if transport := scope.get(TRANSPORT_KEY):
            transport.close()  # what was written goes out first
        await _gone(receive)

    async def _reset(
        self, asked: NewFault, _answer: Answer | None, scope: Scope, receive: Receive, _send: Send
    ) -> None:
        _hang_up(scope)
        await _gone(receive)


_HAPPENS: dict[str, Callable[..., Any]] = {
    "status": FaultLayer._status,
    "slow": FaultLayer._slow,
    "timeout": FaultLayer._timeout,
    "cut": FaultLayer._cut,
    "reset": FaultLayer._reset,
}


@dataclass(slots=True)
class Answer:
    """A whole answer of the application, held back."""

    start: MutableMapping[str, Any] = field(default_factory=dict)
    body: bytes = b""

    async def send_to(self, send: Send) -> None:
        await send(self.start)
        await send({"type": "http.response.body", "body": self.body})


async def answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """What the application answers, before anybody else sees it."""
    answer = Answer()

    async def hold(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.start = message
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, hold)
    return answer


def _refusal(asked: NewFault, headers: dict[str, str]) -> Response:
    if asked.body == "empty":
        return Response(status_code=asked.status, headers=headers)
    if asked.body == "html":
        text = f"<html><body><h1>{asked.status}</h1><p>A fault of the sandbox.</p></body></html>"
        return HTMLResponse(text, status_code=asked.status, headers=headers)
    code = asked.code or _CODES.get(asked.status, f"http_{asked.status}")
    fault = errors.Fault(code, "A fault that the sandbox was asked for.", fix="DELETE /sandbox/faults ends it.")
    return envelope([fault], asked.status, headers=headers)


async def _taken(receive: Receive) -> None:
    """Waits until the request has come whole."""
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            while (await receive()).get("more_body"):
                pass


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _hang_up(scope: Scope) -> None:
    """Ends the connection at once; the client sees a reset."""
    transport = scope.get(TRANSPORT_KEY)
    if transport is None:
        raise ConnectionResetError("a fault of the sandbox")
    if line := transport.get_extra_info("socket"):
        with suppress(OSError):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()

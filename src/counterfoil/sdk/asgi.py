"""Sending to an ASGI application in this process: no socket, no HTTP library, the caller's context kept apart."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote, urlencode

from counterfoil.sdk.wire import Answer, Request

log = logging.getLogger("counterfoil.sdk")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[MutableMapping[str, Any], Receive, Callable[[Message], Awaitable[None]]], Awaitable[None]]
_BROKEN = json.dumps({"errors": [{"code": "internal_server_error", "detail": "Something broke here."}]}).encode()


class AsgiSend:
    """Calls the application directly. scope: keys of the ASGI scope that only a caller in this process can set.

    It must be awaited on the application's own event loop; from a worker thread it could wait for itself.
    """

    def __init__(self, app: App, *, scope: Mapping[str, Any] | None = None) -> None:
        self._app = app
        self._scope = dict(scope or {})

    async def __call__(self, request: Request[Any]) -> Answer:
        # A task of its own runs in a copy of the context: what the application sets there does not leak out.
        return await asyncio.create_task(self._call(request))

    async def _call(self, request: Request[Any]) -> Answer:
        parts: list[bytes] = []
        start: Message = {"status": 500, "headers": []}
        body: list[bytes] = [request.body]

        async def receive() -> Message:
            if body:
                return {"type": "http.request", "body": body.pop(), "more_body": False}
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        try:
            await self._app(self._http_scope(request), receive, send)
        except Exception:
            log.exception("a bug: %s %s failed", request.method, request.path)
            return Answer(500, _BROKEN)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
        return Answer(start["status"], b"".join(parts), headers)

    def _http_scope(self, request: Request[Any]) -> dict[str, Any]:
        headers = {"host": "in-process", "content-length": str(len(request.body))}
        if request.json is not None:
            headers["content-type"] = "application/json"
        headers |= {name.lower(): value for name, value in request.headers.items()}
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": unquote(request.path),
            "raw_path": request.path.encode("ascii"),
            "query_string": urlencode(request.params).encode("ascii"),
            "root_path": "",
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
            "client": ("in-process", 0),
            "server": ("in-process", 0),
            **self._scope,
        }

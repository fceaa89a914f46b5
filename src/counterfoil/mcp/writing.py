"""What a tool's writes carry: the call's key, whether they are only tried, and that a repeated create is noticed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from counterfoil.sdk.client import AsyncClient
from counterfoil.sdk.retry import KEY_HEADER
from counterfoil.sdk.wire import Answer, Request, path_to

T = TypeVar("T")
REPEAT_WINDOW_SECONDS: Final = 600
_WINDOW_HEADER: Final = "X-Repeat-Window"
_DRY_RUN: Final = {"X-Dry-Run": "true"}
# Where what an answer holds is read again.
_PLACES: Final[Mapping[str, str]] = {
    "client_invoice": "/v2/client_invoices",
    "credit_note": "/v2/credit_notes",
    "quote": "/v2/quotes",
    "client": "/v2/clients",
    "product": "/v2/products",
    "supplier_invoice": "/v2/supplier_invoices",
}


@dataclass(slots=True)
class Writing:
    """How the writes of one tool call are sent. key: of the first; the next ones are key/2, key/3 and so on.

    repeated: filled when a write was answered with an earlier answer: {"at"?, "note"}.
    """

    key: str | None = None
    is_preview: bool = False
    is_create: bool = False
    repeated: dict[str, str] = field(default_factory=dict)
    _count: int = 0

    def marked(self, request: Request[T]) -> Request[T]:
        """`request` with the headers of this call, if it writes."""
        if request.method == "GET":
            return request
        self._count += 1
        headers = dict(request.headers)
        if self.is_preview:
            headers |= _DRY_RUN
        else:
            if self.key:
                headers[KEY_HEADER] = self.key if self._count == 1 else f"{self.key}/{self._count}"
            if self.is_create and request.method == "POST":
                headers[_WINDOW_HEADER] = str(REPEAT_WINDOW_SECONDS)
        return replace(request, headers=headers)

    def note(self, answer: Answer) -> None:
        """Notes that `answer` is an earlier one."""
        at = answer.headers.get("x-repeated-at")
        if at:
            self.repeated = {
                "at": at,
                "note": "The same was created then, so nothing was created now; this is that one as it is now. "
                "To create another one, send allow_duplicate: true.",
            }
        elif answer.headers.get("idempotency-replayed"):
            self.repeated = {
                "note": "This idempotency_key was used before, so nothing was done now; this is what was done then, "
                "as it is now."
            }


class WritingClient(AsyncClient):
    """`inner` for one tool call, whose writes go out as `writing` says."""

    def __init__(self, inner: AsyncClient, writing: Writing) -> None:
        super().__init__(self._send_noting, retry=inner._retry)
        self._inner_send = inner._send
        self._writing = writing

    async def do(self, request: Request[T]) -> T:
        return await super().do(self._writing.marked(request))

    async def _send_noting(self, request: Request[Any]) -> Answer:
        answer = await self._inner_send(request)
        if request.method == "GET" or not answer.headers.get("idempotency-replayed"):
            return answer
        now = await self._now(answer)
        if now is not None and now.status in (404, 410) and answer.headers.get("x-repeated-at"):
            # The first one is gone: what was asked for is not there, so it is made.
            kept = {name: value for name, value in request.headers.items() if name != _WINDOW_HEADER}
            return await self._inner_send(replace(request, headers=kept))
        self._writing.note(answer)
        return replace(answer, body=now.body) if now is not None and now.status == 200 else answer

    async def _now(self, answer: Answer) -> Answer | None:
        """What the earlier answer showed, read again; None when it cannot be told where that is."""
        try:
            sent = json.loads(answer.body)
            name = next(name for name in _PLACES if name in sent)  # a bare quote has a client as well
            path = path_to(_PLACES[name], sent[name]["id"])
        except (ValueError, KeyError, TypeError, StopIteration):
            return None
        return await self._inner_send(Request("GET", path, lambda found: found))

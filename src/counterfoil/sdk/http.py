"""Sending over HTTP with httpx, imported only when a client is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx

from counterfoil.sdk.errors import Unreachable
from counterfoil.sdk.wire import Answer, Request

if TYPE_CHECKING:
    from typing import Self


class HttpSend:
    """Sends and waits. http: a client of your own, which stays yours to close."""

    def __init__(
        self, base_url: str, headers: Mapping[str, str], *, timeout_seconds: float, http: httpx.Client | None = None
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = dict(headers)
        self._http = http or httpx.Client(timeout=timeout_seconds)
        self._is_mine = http is None

    def __call__(self, request: Request[Any]) -> Answer:
        try:
            response = self._http.request(
                request.method, self._base_url + request.target, content=request.body or None,
                headers=_headers(request, self._headers),
            )  # fmt: skip
        except httpx.HTTPError as error:
            raise _unreachable(self._base_url, error) from error
        return Answer(response.status_code, response.content, dict(response.headers))

    def close(self) -> None:
        if self._is_mine:
            self._http.close()


class AsyncHttpSend:
    """The same, awaited. Use as a context manager."""

    def __init__(self, base_url: str, headers: Mapping[str, str], *, timeout_seconds: float = 30.0) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = dict(headers)
        self._http = httpx.AsyncClient(timeout=timeout_seconds)

    async def __call__(self, request: Request[Any]) -> Answer:
        try:
            response = await self._http.request(
                request.method, self._base_url + request.target, content=request.body or None,
                headers=_headers(request, self._headers),
            )  # fmt: skip
        except httpx.HTTPError as error:
            raise _unreachable(self._base_url, error) from error
        return Answer(response.status_code, response.content, dict(response.headers))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()


def _headers(request: Request[Any], common: Mapping[str, str]) -> dict[str, str]:
    content = {"Content-Type": "application/json"} if request.json is not None else {}
    return {"Accept": "application/json", **content, **common, **request.headers}


def _unreachable(base_url: str, error: httpx.HTTPError) -> Unreachable:
    return Unreachable(f"{base_url} gave no answer ({type(error).__name__})")

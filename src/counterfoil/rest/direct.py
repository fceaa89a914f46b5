"""The routes of the API without the layers around the application: for calls that this process makes for a caller.

The request that such a call answers went through those layers already: it was counted, and has its trace id.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

_BASE = "/v2/"


class Direct:
    """ASGI over the routes under /v2/ of `app`; anything else goes to `app` itself."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._routes: dict[tuple[str, str, int], list[Route]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for route in self._alike(scope["method"], scope["path"]):
            match, found = route.matches(scope)
            if match == Match.FULL:
                scope.update({"app": self._app, **found})
                response = await route.endpoint(Request(scope, receive, send))
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _alike(self, method: str, path: str) -> list[Route]:
        """The routes that may fit, in their order: those of the same collection and depth."""
        if not self._routes:
            for route in self._app.router.routes:
                if isinstance(route, Route) and route.path.startswith(_BASE) and ":" not in route.path:
                    for name in route.methods or ():
                        self._routes.setdefault(_place(name, route.path), []).append(route)
        return self._routes.get(_place(method, path), []) if path.startswith(_BASE) else []


def _place(method: str, path: str) -> tuple[str, str, int]:
    parts = path.split("/", 3)
    return method, parts[2], path.count("/")

"""The composition root of the server: a house to its doors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.types import ASGIApp

from counterfoil import __version__, health
from counterfoil.house import (
    ADDRESS_FILE,
    DATABASE_FILE,
    AlreadyServed,
    House,
    is_loopback,
    open_database,
    sealer_of,
    tools_of,
)
from counterfoil.mcp_door import McpDoor
from counterfoil.rest import api
from counterfoil.rest.direct import Direct
from counterfoil.rest.edge import Edge
from counterfoil.rest.protection import Protection
from counterfoil.rest.watch import Watch

if TYPE_CHECKING:
    from counterfoil.mcp_door import EndpointOf
    from counterfoil.sandbox import Sandbox

__all__ = [
    "ADDRESS_FILE", "DATABASE_FILE", "AlreadyServed", "House", "create_app", "is_loopback", "open_database",
    "sealer_of", "tools_of",
]  # fmt: skip


def create_app(house: House, sandbox: Sandbox | None = None, mcp_endpoint_of: EndpointOf | None = None) -> FastAPI:
    """The ASGI application: REST, MCP, pages and health, and what controls the sandbox where there is one.

    mcp_endpoint_of: what answers /mcp in place of ours.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        house.start_jobs()
        async with mcp_door.running():
            yield

    app = _Application(
        title="Counterfoil", version=__version__, lifespan=lifespan, redirect_slashes=False, docs_url=None,
        redoc_url=None, openapi_url=None,
    )  # fmt: skip
    protection, watch = Protection(is_tls=house.settings.base_url.startswith("https:")), Watch()
    app.edge = lambda inner: Edge(sandbox.around(inner) if sandbox else inner, house.limits, protection, watch)
    api.mount(app, house.doors, is_sandbox=sandbox is not None)
    if sandbox:
        sandbox.mount(app)
    health.mount(app, house, watch)
    _add_pages(app, house)
    # What a sandbox puts around the API is around the calls of tools too.
    mcp_door = McpDoor(app, app if sandbox else Direct(app), house, mcp_endpoint_of)
    watch.learn(app.router.routes)
    return app


class _Application(FastAPI):
    """edge: goes around everything, the answer to a bug included."""

    edge: Callable[[ASGIApp], ASGIApp]

    def build_middleware_stack(self) -> ASGIApp:
        return self.edge(super().build_middleware_stack())


def _add_pages(app: FastAPI, house: House) -> None:
    from counterfoil.web import oauth, pages

    oauth.mount(app, house.doors)
    pages.mount(app, house.doors, house.settings.data / "mail")

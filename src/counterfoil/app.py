"""The composition root: settings to engine, ports, works and doors. The one place that knows all."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from counterfoil import __version__
from counterfoil.operations.work import Works
from counterfoil.ports.blobs import FileBlobs
from counterfoil.ports.clock import Clock, SystemClock
from counterfoil.rest import api
from counterfoil.rest.calls import Doors
from counterfoil.settings import Settings
from counterfoil.store import instance, migrations
from counterfoil.store.engine import Database, open_postgresql, open_sqlite
from counterfoil.store.locks import FileLock

log = logging.getLogger("counterfoil")
DATABASE_FILE = "counterfoil.db"


class AlreadyServed(Exception):
    """Another server holds this data directory."""


class House:
    """Everything of one running Counterfoil. Close it when done.

    is_server: takes the directory's server lock, of which there is one. runs_jobs: renders and mails in this process.
    """

    def __init__(
        self, settings: Settings, *, clock: Clock | None = None, is_server: bool = False, runs_jobs: bool = False
    ) -> None:
        self.settings = settings
        self._server_lock = FileLock(settings.data / "server.lock")
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if is_server and not settings.database_url and not self._server_lock.try_for_life():
            raise AlreadyServed(str(settings.data))
        self.database = _database(settings)
        migrations.upgrade(self.database)
        self.clock = clock or SystemClock()
        self.works = Works(self.database, self.clock)
        self.blobs = FileBlobs(_blobs_directory(settings))
        with self.database.read() as conn:
            signing_key = instance.get_secret(conn, "download_links")
        if signing_key is None:
            with self.database.write() as conn:
                signing_key = instance.make_secret(conn, "download_links")
        self.doors = Doors(works=self.works, settings=settings, blobs=self.blobs, signing_key=signing_key)
        self._jobs = Jobs(self) if runs_jobs else None

    def start_jobs(self) -> None:
        """Begins to render and mail, if this house does."""
        if self._jobs:
            self._jobs.start()

    def close(self) -> None:
        """Ends the jobs at hand and gives the directory back."""
        if self._jobs:
            self._jobs.stop()
        self.database.dispose()
        self._server_lock.release()


class Jobs:
    """The job runners with their renderer and mailer; imported and built aside, so that the server is ready sooner."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._ready = threading.Event()
        self._runners: list = []  # type: ignore[type-arg]  # jobs.runner is imported later
        self._close: list = []  # type: ignore[type-arg]

    def start(self) -> None:
        threading.Thread(target=self._build, name="counterfoil-jobs-start", daemon=True).start()

    def _build(self) -> None:
        from counterfoil.jobs.runner import Runner

        tools, closing = tools_of(self._house)
        self._close.append(closing)
        self._runners += [Runner(tools, ("render",)), Runner(tools, ("send_email",))]
        self._house.works.on_jobs = self._wake
        for runner in self._runners:
            runner.start()
        self._ready.set()

    def _wake(self) -> None:
        for runner in self._runners:
            runner.wake()

    def stop(self) -> None:
        self._ready.wait(10)
        for runner in self._runners:
            runner.stop()
        for closing in self._close:
            closing()


def tools_of(house: House):  # type: ignore[no-untyped-def]
    """What job handlers work with, and how to close it."""
    from counterfoil.jobs.handlers import Tools
    from counterfoil.ports.mail import mailer
    from counterfoil.ports.renderer import ChildRenderer

    settings = house.settings
    renderer = ChildRenderer()
    tools = Tools(
        works=house.works,
        blobs=house.blobs,
        renderer=renderer,
        mailer=mailer(settings.smtp_url, settings.data / "mail"),
        page_base=settings.base_url,
        is_public=not is_loopback(settings.base_url),
        mail_from=settings.mail_from,
        is_mail_caught=settings.smtp_url is None,
    )
    return tools, renderer.close


def is_loopback(url: str) -> bool:
    """Whether `url` points at this machine itself."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return False


def create_app(house: House) -> FastAPI:
    """The ASGI application: REST, MCP, pages and health."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        house.start_jobs()
        async with mcp_door.running():
            yield

    app = FastAPI(
        title="Counterfoil", version=__version__, lifespan=lifespan, redirect_slashes=False, docs_url=None,
        redoc_url=None, openapi_url=None,
    )  # fmt: skip
    api.mount(app, house.doors)
    _add_health(app, house)
    _add_pages(app, house)
    mcp_door = _McpDoor(app)
    return app


class _McpDoor:
    """/mcp, built at the first request: importing the MCP library takes longer than starting everything else."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        app.add_route("/mcp", self._serve, methods=["GET", "POST", "DELETE"])

    async def _serve(self, request: Request) -> Response:
        raise NotImplementedError

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield


def _add_health(app: FastAPI, house: House) -> None:
    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok", "version": __version__})

    def readyz(_request: Request) -> Response:
        with house.database.read() as conn:
            is_ready = migrations.current(conn) == migrations.HEAD
        return JSONResponse({"status": "ready" if is_ready else "not ready"}, status_code=200 if is_ready else 503)

    app.add_route("/healthz", healthz, methods=["GET"])
    app.add_route("/readyz", readyz, methods=["GET"])


def _add_pages(app: FastAPI, house: House) -> None:
    from counterfoil.web import pages

    pages.mount(app, house.doors, house.settings.data / "mail")


def _database(settings: Settings) -> Database:
    if settings.database_url:
        return open_postgresql(settings.database_url)
    return open_sqlite(settings.data / DATABASE_FILE)


def _blobs_directory(settings: Settings) -> Path:
    url = settings.blobs_url
    if url is None:
        return settings.data / "files"
    parts = urlsplit(url)
    if parts.scheme != "file" or not parts.path:
        raise ValueError("COUNTERFOIL_BLOBS_URL: only file:///… is served by this version")
    return Path(parts.path)

"""counterfoil mcp"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, fail
from counterfoil.cli.initialize import house_settings
from counterfoil.cli.token import find_organization

if TYPE_CHECKING:
    from counterfoil.app import House
    from counterfoil.jobs.service import JobService
    from counterfoil.settings import Settings
    from counterfoil.store.locks import FileLock

LOOK_FOR_SERVER_SECONDS = 1.0


def mcp(
    data: DataOption = None,
    organization: Annotated[str | None, typer.Option(help="Slug; needed when there are several.")] = None,
    upstream: Annotated[str | None, typer.Option(help="Address of a server of this API, instead of --data.")] = None,
    api_key: Annotated[
        str | None, typer.Option(help="login:secret, or a token; for --upstream.", envvar="COUNTERFOIL_API_KEY")
    ] = None,
    database_url: DatabaseOption = None,
) -> None:
    """Serve MCP on standard input and output, for an assistant that starts it."""
    if upstream and not api_key:
        fail("--upstream needs --api-key LOGIN:SECRET, or COUNTERFOIL_API_KEY")
    if upstream and organization:
        fail("--organization goes with --data; the upstream's key says which organization it is for")
    run_stdio(house_settings(data, database_url), organization, upstream, api_key)


def run_stdio(settings: Settings, organization_slug: str | None, upstream: str | None, api_key: str | None) -> None:
    """Serves until standard input ends: over the data directory, or over `upstream` with its key. Logs go to stderr."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    if upstream:
        asyncio.run(_over_http(upstream, api_key or ""))
        return
    from counterfoil.app import DATABASE_FILE, House

    if not settings.database_url and not (settings.data / DATABASE_FILE).exists():
        fail(f"{settings.data.resolve()} holds no database yet; run: counterfoil init --data {settings.data}")
    house = House(_as_served(settings))
    jobs = None if settings.database_url else _JobsWhenAlone(house)
    try:
        organization_id = find_organization(house, organization_slug)
        if jobs:
            jobs.start()
        asyncio.run(_in_process(house, organization_id))
    finally:
        if jobs:
            jobs.stop()
        house.close()


def _as_served(settings: Settings) -> Settings:
    """The settings with the address of the server of this directory, so that links lead there."""
    from counterfoil.app import ADDRESS_FILE

    file = settings.data / ADDRESS_FILE
    if settings.public_url or not file.exists():
        return settings
    return settings.model_copy(update={"public_url": file.read_text(encoding="utf-8").strip()})


async def _in_process(house: House, organization_id: str) -> None:
    from counterfoil.app import create_app
    from counterfoil.domain.approvals import ALWAYS
    from counterfoil.domain.scopes import ALL_SCOPES
    from counterfoil.mcp.stdio import serve_stdio
    from counterfoil.mcp_door import caller_for
    from counterfoil.operations.work import Actor

    # Whoever may start this process may read the database: there is no key to ask for. What cannot be taken back
    # waits for the person all the same.
    actor = Actor(organization_id, "mcp", ALL_SCOPES, credential_id="stdio", policy=ALWAYS)
    await serve_stdio(caller_for(create_app(house), house.works, actor), house.clock.now)


async def _over_http(upstream: str, key: str) -> None:
    from counterfoil.mcp.caller import Caller
    from counterfoil.mcp.stdio import serve_stdio
    from counterfoil.ports.clock import SystemClock
    from counterfoil.sdk.client import AsyncClient, authorization
    from counterfoil.sdk.http import AsyncHttpSend

    headers = authorization(api_key=key) if ":" in key else authorization(token=key)
    async with AsyncHttpSend(upstream, headers) as send:
        await serve_stdio(Caller(AsyncClient(send), None, "upstream"), SystemClock().now)


class _JobsWhenAlone:
    """Renders and mails in this process while no server holds the directory.

    A server that starts later takes over: it may have a mail server where this process would only catch mail.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._jobs: JobService | None = None
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="counterfoil-jobs-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._is_stopping.set()
        self._thread.join(timeout=20)
        self._settle(is_alone=False)

    def _watch(self) -> None:
        from counterfoil.store.locks import FileLock

        lock = FileLock(self._house.settings.data / "server.lock")
        while not self._is_stopping.is_set():
            self._settle(is_alone=_is_free(lock))
            self._is_stopping.wait(LOOK_FOR_SERVER_SECONDS)

    def _settle(self, *, is_alone: bool) -> None:
        if is_alone and self._jobs is None:
            self._jobs = self._house.new_job_service()
            self._jobs.start()
        elif not is_alone and self._jobs is not None:
            self._jobs.stop()
            self._jobs = None


def _is_free(lock: FileLock) -> bool:
    is_free = lock.try_for_life()
    if is_free:
        lock.release()
    return is_free


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("mcp")(mcp)

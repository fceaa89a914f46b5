"""counterfoil mcp"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil import logs
from counterfoil.cli import mcp_install
from counterfoil.cli.console import DatabaseOption, DataOption, fail
from counterfoil.cli.initialize import house_settings
from counterfoil.cli.mcp_upstream import run_upstream
from counterfoil.cli.opening import find_organization

if TYPE_CHECKING:
    from counterfoil.domain.approvals import ApprovalPolicy
    from counterfoil.house import House
    from counterfoil.jobs.service import JobService
    from counterfoil.settings import Settings
    from counterfoil.store.locks import FileLock

LOOK_FOR_SERVER_SECONDS = 1.0


app = typer.Typer(help="Serve MCP on standard input and output, for an assistant that starts it.")


@app.callback(invoke_without_command=True)
def mcp(
    context: typer.Context,
    data: DataOption = None,
    organization: Annotated[str | None, typer.Option(help="Slug; needed when there are several.")] = None,
    upstream: Annotated[str | None, typer.Option(help="Address of a server of this API, instead of --data.")] = None,
    api_key: Annotated[
        str | None, typer.Option(help="login:secret, or a token; for --upstream.", envvar="COUNTERFOIL_API_KEY")
    ] = None,
    staging_token: Annotated[
        str | None, typer.Option(help="For a sandbox that wants X-Qonto-Staging-Token; for --upstream.")
    ] = None,
    approvals: Annotated[
        str, typer.Option(help='When an act waits for a person: always, never, above:AMOUNT; also with " by:person".')
    ] = "always",
    database_url: DatabaseOption = None,
) -> None:
    """Serve MCP on standard input and output, for an assistant that starts it."""
    if context.invoked_subcommand is not None:
        return
    if upstream and not api_key:
        fail("--upstream needs --api-key LOGIN:SECRET, or COUNTERFOIL_API_KEY")
    if upstream and organization:
        fail("--organization goes with --data; the upstream's key says which organization it is for")
    from counterfoil.domain.approvals import ApprovalPolicy

    policy = ApprovalPolicy.parse(approvals)
    settings = house_settings(data, database_url)
    logs.configure(settings, is_quiet=True)
    if upstream:
        run_upstream(settings.data, upstream, api_key or "", policy, staging_token=staging_token)
    else:
        run_stdio(settings, organization, policy)


def run_stdio(settings: Settings, organization_slug: str | None, policy: ApprovalPolicy) -> None:
    """Serves the data directory until standard input ends. Logs go to stderr."""
    from counterfoil.house import DATABASE_FILE, House

    if not settings.database_url and not (settings.data / DATABASE_FILE).exists():
        fail(f"{settings.data.resolve()} holds no database yet; run: counterfoil init --data {settings.data}")
    house = House(_as_served(settings))
    jobs = None if settings.database_url else _JobsWhenAlone(house)
    try:
        organization_id = find_organization(house, organization_slug)
        if jobs:
            jobs.start()
        asyncio.run(_in_process(house, organization_id, policy))
    finally:
        if jobs:
            jobs.stop()
        house.close()


def _as_served(settings: Settings) -> Settings:
    """The settings with the address of the server of this directory, so that links lead there."""
    from counterfoil.house import ADDRESS_FILE

    file = settings.data / ADDRESS_FILE
    if settings.public_url or not file.exists():
        return settings
    return settings.model_copy(update={"public_url": file.read_text(encoding="utf-8").strip()})


async def _in_process(house: House, organization_id: str, policy: ApprovalPolicy) -> None:
    from counterfoil.app import create_app
    from counterfoil.domain.scopes import ALL_SCOPES
    from counterfoil.mcp.stdio import serve_stdio
    from counterfoil.mcp_door import caller_for
    from counterfoil.operations.work import Actor

    # Whoever may start this process may read the database: there is no key to ask for. What cannot be taken back
    # waits for the person all the same.
    actor = Actor(organization_id, "mcp", ALL_SCOPES, credential_id="stdio", policy=policy, client="mcp")
    await serve_stdio(caller_for(create_app(house), house.works, actor), house.clock.now)


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


def register(parent: typer.Typer) -> None:
    """Adds the command and what belongs to it."""
    app.command("install")(mcp_install.install)
    parent.add_typer(app, name="mcp")

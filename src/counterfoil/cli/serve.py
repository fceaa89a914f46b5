"""counterfoil serve"""

from __future__ import annotations

import sys
import webbrowser
from json import dumps
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil import logs
from counterfoil.cli.console import DatabaseOption, DataOption, fail
from counterfoil.cli.initialize import house_settings
from counterfoil.cli.sandbox import serve_sandbox

if TYPE_CHECKING:
    from socket import socket

    from counterfoil.house import House
    from counterfoil.sandbox import Sandbox

# How long a thread may keep the interpreter from another: with Python's own 5 ms, a request that changes threads three
# times waits 15 ms for a job that computes.
SWITCH_SECONDS = 0.0005
# How long an idle connection stays open: longer than the proxies before us keep theirs (Caddy 120, nginx and AWS 60),
# or one that they take up again is closed in their hands, and a request that was never read looks lost.
KEEP_ALIVE_SECONDS = 130


def serve(
    data: DataOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 8642 by default.")] = None,
    database_url: DatabaseOption = None,
    no_jobs: Annotated[bool, typer.Option("--no-jobs", help="Serve only; render and mail nothing here.")] = False,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="For tests: sample data that resets, a clock to set, faults on demand.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Say in one JSON object that it is ready.")] = False,
) -> None:
    """Serve the API, MCP and pages, and run the jobs."""
    from counterfoil.house import AlreadyServed, House, JobsTaken

    if sandbox:
        serve_sandbox(data, host, port, runs_jobs=not no_jobs, as_json=json)
        return
    settings = house_settings(data, database_url, host=host, port=port)
    try:
        house = House(settings, is_server=True, runs_jobs=not no_jobs)
    except AlreadyServed as error:
        fail(f"another server already serves {error}; stop it, or use PostgreSQL for several (--database-url)")
    except JobsTaken as error:
        fail(f"a worker already runs the jobs of {error}; stop it, or serve beside it: counterfoil serve --no-jobs")
    try:
        run(house, announce=_ready(house) if json else None)
    finally:
        house.close()


def _ready(house: House) -> str:
    base = house.settings.base_url
    return dumps({"url": base, "api_url": f"{base}/v2", "data": str(house.settings.data.resolve())})


def run(
    house: House,
    *,
    announce: str | None = None,
    open_url: str | None = None,
    sandbox: Sandbox | None = None,
    sockets: list[socket] | None = None,
) -> None:
    """Serves until a signal. announce: printed once connections are taken; open_url: then shown in the browser.

    sockets: to listen on instead of the settings' address.
    """
    import uvicorn

    from counterfoil.app import create_app
    from counterfoil.cli.protocol import Protocol, SandboxProtocol
    from counterfoil.cli.stopping import Server

    settings = house.settings
    sys.setswitchinterval(SWITCH_SECONDS)
    logs.configure(settings)
    config = uvicorn.Config(
        create_app(house, sandbox), host=settings.host, port=settings.port, access_log=False, log_level="warning",
        log_config=None, timeout_graceful_shutdown=10, timeout_keep_alive=KEEP_ALIVE_SECONDS,
        server_header=False, ws="none",
        http=SandboxProtocol if sandbox else Protocol,
        # Without a name whoever calls from this machine could pose as anybody: uvicorn's own default believes them.
        proxy_headers=bool(settings.trusted_proxies), forwarded_allow_ips=settings.trusted_proxies or "",
    )  # fmt: skip
    told = announce or f"counterfoil serves {settings.base_url} from {settings.data.resolve()}; Ctrl-C stops"
    server = Server(config, house, lambda: _announce(told, open_url))
    server.run(sockets)
    if not server.started:
        sys.exit(1)


def _announce(told: str, open_url: str | None) -> None:
    print(told, flush=True)
    logs.prepare()
    if open_url:
        webbrowser.open(open_url)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("serve")(serve)

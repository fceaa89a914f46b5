"""counterfoil serve --sandbox"""

from __future__ import annotations

import json
import signal
import socket
import sys
from contextlib import ExitStack, closing
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from counterfoil.cli.console import fail
from counterfoil.cli.initialize import house_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from counterfoil.house import House
    from counterfoil.ports.renderer import Renderer
    from counterfoil.sandbox import Sandbox
    from counterfoil.settings import Settings

# Whatever the environment says: a sandbox stays by itself, and calls whom a test tells it to.
_ALONE: dict[str, Any] = {
    "database_url": None, "public_url": None, "smtp_url": None, "mail_from": None, "blobs_url": None,
    "secret_key": None, "allow_private_callbacks": True, "einvoice_network": "local",
}  # fmt: skip


def serve_sandbox(data: Path | None, host: str | None, port: int | None, *, runs_jobs: bool, as_json: bool) -> None:
    """Fills a sandbox and serves it until a signal; without a directory, in one that is removed at the end."""
    from counterfoil.ports.renderer import ChildRenderer

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # as Ctrl-C does, so that what is opened here is closed
    with ExitStack() as opened:
        directory = data or Path(opened.enter_context(TemporaryDirectory(prefix="counterfoil-sandbox-")))
        settings, taken = _listening(house_settings(directory, host=host, port=port).model_copy(update=_ALONE))
        with closing(ChildRenderer()) as renderer:
            renderer.start()  # beside our own imports, which take as long
            house, sandbox, seed = _opened(opened, settings, renderer, runs_jobs=runs_jobs)

        from counterfoil.cli import serve

        serve.run(house, announce=_told(house, seed, as_json=as_json), sandbox=sandbox, sockets=[taken])


def _opened(
    opened: ExitStack, settings: Settings, renderer: Renderer, *, runs_jobs: bool
) -> tuple[House, Sandbox, Mapping[str, Any]]:
    from counterfoil.cli import sandbox_data
    from counterfoil.house import AlreadyServed, House
    from counterfoil.ports.clock import SettableClock
    from counterfoil.sandbox import Sandbox

    clock = SettableClock(sandbox_data.START)
    try:
        house = House(settings, clock=clock, is_server=True, runs_jobs=runs_jobs, is_sandbox=True)
    except AlreadyServed as error:
        fail(f"another server already serves {error}; stop it, or name another directory with --data")
    opened.callback(house.close)
    seed = sandbox_data.fill(house, clock, renderer)
    return house, Sandbox(house, clock, seed, is_open=not is_of_this_machine(settings.host)), seed


def _listening(settings: Settings) -> tuple[Settings, socket.socket]:
    """The settings with the port that was taken, which is any free one for 0, and the socket that has it."""
    taken = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind((settings.host, settings.port))
    port = int(taken.getsockname()[1])
    # Nobody can follow a link to 0.0.0.0.
    public_url = f"http://localhost:{port}" if settings.host in ("0.0.0.0", "::") else None  # noqa: S104  # compared
    return settings.model_copy(update={"port": port, "public_url": public_url}), taken


def is_of_this_machine(host: str) -> bool:
    """Whether nobody else can reach what listens on this address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _told(house: House, seed: Mapping[str, Any], *, as_json: bool) -> str:
    """What is printed once connections are taken: for programs one line of JSON, else what a person wants to know."""
    base, first = house.settings.base_url, seed["organizations"][0]
    keys = ("country", "id", "legal_name", "login", "secret_key", "api_key", "read_only_token")
    if as_json:
        ready = {
            "url": base, "api_url": f"{base}/v2", "sandbox_url": f"{base}/sandbox", "api_key": first["api_key"],
            "organizations": [{key: each[key] for key in keys} for each in seed["organizations"]],
            "data": str(house.settings.data.resolve()),
        }  # fmt: skip
        return json.dumps(ready, ensure_ascii=False)
    others = ", ".join(each["login"] for each in seed["organizations"][1:])
    return "\n".join(
        (
            f"counterfoil sandbox: sample data, all SPECIMEN, put back by POST {base}/sandbox/reset",
            f"  API          {base}/v2   docs /docs   openapi /openapi.json",
            f"  API key      {first['api_key']}   (for the Authorization header; also {others})",
            f"  Controls     {base}/sandbox   clock, faults, mail, switches; no key",
            f"  Clock        {house.clock.now():%Y-%m-%d %H:%M} UTC at the start",
            "  Ctrl-C stops",
        )
    )

"""counterfoil worker"""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil import logs
from counterfoil.cli.console import DatabaseOption, DataOption, fail
from counterfoil.cli.initialize import house_settings

if TYPE_CHECKING:
    from counterfoil.house import House
    from counterfoil.metrics import Serving


def worker(
    data: DataOption = None,
    database_url: DatabaseOption = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Serve /metrics on this port of 127.0.0.1.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Say in one JSON object that it is ready.")] = False,
) -> None:
    """Run the jobs apart from the servers: render, mail, submit, deliver."""
    from counterfoil.cli.stopping import Signals
    from counterfoil.house import House, JobsTaken

    signals = Signals()
    settings = house_settings(data, database_url)
    logs.configure(settings)
    if settings.public_url is None:
        settings.public_url = _served_from(settings.data)
    try:
        house = House(settings, runs_jobs=True)
    except JobsTaken as error:
        fail(
            f"a server or another worker already runs the jobs of {error}; "
            "start the server without them, counterfoil serve --no-jobs, or use PostgreSQL (--database-url)"
        )
    serving = None
    try:
        serving = _metrics(house, metrics_port)
        house.start_jobs()
        where = "PostgreSQL" if settings.database_url else str(settings.data.resolve())
        ready = dumps({
            "worker": "ready", "data": str(settings.data.resolve()), "database": where,
            **({"metrics_port": serving.port} if serving else {}),
        })  # fmt: skip
        print(ready if json else f"counterfoil runs the jobs of {where}; Ctrl-C stops", flush=True)
        signals.wait()
        house.begin_stop()
    finally:
        if serving:
            serving.close()
        house.close()


def _metrics(house: House, port: int | None) -> Serving | None:
    """What serves metrics at the port, None without one. For this machine only: nobody is asked for a key."""
    if port is None:
        return None
    from counterfoil import metrics

    return metrics.serve_metrics("127.0.0.1", port, metrics.registry_of(house))


def _served_from(data: Path) -> str | None:
    """The address of the server on this directory, so that what is printed and mailed leads there."""
    from counterfoil.house import ADDRESS_FILE

    file = data / ADDRESS_FILE
    return file.read_text(encoding="utf-8").strip() if file.exists() else None


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("worker")(worker)

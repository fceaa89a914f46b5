"""counterfoil worker"""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, fail
from counterfoil.cli.initialize import house_settings


def worker(
    data: DataOption = None,
    database_url: DatabaseOption = None,
    json: Annotated[bool, typer.Option("--json", help="Say in one JSON object that it is ready.")] = False,
) -> None:
    """Run the jobs apart from the servers: render, mail, submit, deliver."""
    from counterfoil.cli.serve import log_with_trace_ids
    from counterfoil.cli.stopping import Signals
    from counterfoil.house import House, JobsTaken

    signals = Signals()
    log_with_trace_ids()
    settings = house_settings(data, database_url)
    if settings.public_url is None:
        settings.public_url = _served_from(settings.data)
    try:
        house = House(settings, runs_jobs=True)
    except JobsTaken as error:
        fail(
            f"a server or another worker already runs the jobs of {error}; "
            "start the server without them, counterfoil serve --no-jobs, or use PostgreSQL (--database-url)"
        )
    try:
        house.start_jobs()
        where = "PostgreSQL" if settings.database_url else str(settings.data.resolve())
        ready = dumps({"worker": "ready", "data": str(settings.data.resolve()), "database": where})
        print(ready if json else f"counterfoil runs the jobs of {where}; Ctrl-C stops", flush=True)
        signals.wait()
        house.begin_stop()
    finally:
        house.close()


def _served_from(data: Path) -> str | None:
    """The address of the server on this directory, so that what is printed and mailed leads there."""
    from counterfoil.house import ADDRESS_FILE

    file = data / ADDRESS_FILE
    return file.read_text(encoding="utf-8").strip() if file.exists() else None


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("worker")(worker)

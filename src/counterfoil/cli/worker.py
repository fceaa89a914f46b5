"""counterfoil worker"""

from __future__ import annotations

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, fail


def worker(data: DataOption = None, database_url: DatabaseOption = None) -> None:
    """Run the jobs apart from the servers: render, mail, submit, deliver."""
    fail("worker is being built")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("worker")(worker)

"""counterfoil backup"""

from __future__ import annotations

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, fail


def backup(data: DataOption = None, database_url: DatabaseOption = None) -> None:
    """Save the database and all files into one archive, also of a running server."""
    fail("backup is being built")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("backup")(backup)

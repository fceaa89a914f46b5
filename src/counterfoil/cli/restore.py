"""counterfoil restore"""

from __future__ import annotations

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, fail


def restore(data: DataOption = None, database_url: DatabaseOption = None) -> None:
    """Bring an archive back into an empty place."""
    fail("restore is being built")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("restore")(restore)

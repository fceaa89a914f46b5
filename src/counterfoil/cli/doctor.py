"""counterfoil doctor"""

from __future__ import annotations

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, fail


def doctor(data: DataOption = None, database_url: DatabaseOption = None) -> None:
    """Look for what is wrong, and say what to type next."""
    fail("doctor is being built")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("doctor")(doctor)

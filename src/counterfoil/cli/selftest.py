"""counterfoil selftest"""

from __future__ import annotations

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, fail


def selftest(data: DataOption = None, database_url: DatabaseOption = None) -> None:
    """Keep the promises in small, on this machine, in a minute."""
    fail("selftest is being built")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("selftest")(selftest)

"""counterfoil export"""

from __future__ import annotations

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, fail


def export(data: DataOption = None, database_url: DatabaseOption = None) -> None:
    """Write everything an auditor asks for into a folder, in open formats."""
    fail("export is being built")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("export")(export)

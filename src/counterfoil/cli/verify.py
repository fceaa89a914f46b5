"""counterfoil verify"""

from __future__ import annotations

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, fail


def verify(data: DataOption = None, database_url: DatabaseOption = None) -> None:
    """Check that no issued document, stored file or journal entry was changed."""
    fail("verify is being built")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("verify")(verify)

"""counterfoil migrate"""

from __future__ import annotations

import typer

from counterfoil.cli.console import DatabaseOption, DataOption
from counterfoil.cli.initialize import house_settings
from counterfoil.cli.progress import progress


def migrate(data: DataOption = None, database_url: DatabaseOption = None) -> None:
    """Bring the database to this version's schema, and write the triggers that guard documents anew."""
    from counterfoil.house import open_database
    from counterfoil.store import migrations

    database = open_database(house_settings(data, database_url))
    try:
        with database.read() as conn:
            steps = migrations.steps_from(migrations.current(conn))
        with progress("migrating", max(steps, 0)) as advance:
            migrations.repair(database, lambda: advance(1))
    finally:
        database.dispose()
    print(f"the schema is at {migrations.HEAD}, and every trigger stands")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("migrate")(migrate)

"""counterfoil token"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, JsonOption, fail, show
from counterfoil.cli.initialize import house_settings

if TYPE_CHECKING:
    from counterfoil.app import House

group = typer.Typer(help="Access tokens.", no_args_is_help=True)


@group.command("create")
def create(
    data: DataOption = None,
    organization: Annotated[str | None, typer.Option(help="Slug; needed when there are several.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="A scope; repeat for more. All by default.")] = None,
    name: Annotated[str, typer.Option(help="What it is for; shown in the journal.")] = "cli",
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Make a bearer token. It is shown once; only its hash is kept."""
    from counterfoil.app import House
    from counterfoil.domain.scopes import ALIASES, ALL_SCOPES
    from counterfoil.operations import organization as operations
    from counterfoil.operations.work import Actor

    wanted = frozenset(scope or ALL_SCOPES)
    unknown = sorted(wanted - ALL_SCOPES - set(ALIASES))
    if unknown:
        fail(f"there is no scope {unknown[0]}; scopes: {', '.join(sorted(ALL_SCOPES))}")
    house = House(house_settings(data, database_url))
    try:
        organization_id = find_organization(house, organization)
        with house.works.write(Actor(organization_id, "cli")) as work:
            token = operations.create_credential(work, name=name, login=None, scopes=wanted)
    finally:
        house.close()
    show({"token": token, "organization_id": organization_id, "scopes": " ".join(sorted(wanted))}, as_json=json)


def find_organization(house: House, slug: str | None) -> str:
    """The id of the organization with this slug, or of the only one. Ends the command when there is none such."""
    from counterfoil.store import organizations

    with house.database.read() as conn:
        rows = organizations.every(conn)
    if not rows:
        fail("there is no organization here yet; run: counterfoil init")
    found = [row for row in rows if slug in (None, row.slug, row.id)]
    if len(found) != 1:
        fail(f"name one with --organization: {', '.join(row.slug for row in rows)}")
    return found[0].id


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="token")

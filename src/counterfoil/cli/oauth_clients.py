"""counterfoil oauth-client"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, JsonOption, OrganizationOption, show, show_rows
from counterfoil.cli.opening import opened

if TYPE_CHECKING:
    from counterfoil.domain.oauth import Client

group = typer.Typer(help="Programs that people may let in by OAuth: add, list, remove.", no_args_is_help=True)


@group.command("add")
def add(
    name: Annotated[str, typer.Option(help="What people see on the consent page.")],
    redirect_uri: Annotated[list[str], typer.Option(help="Where it is answered; repeat for more.")],
    public: Annotated[bool, typer.Option("--public", help="It can keep no secret: PKCE instead.")] = False,
    data: DataOption = None,
    organization: OrganizationOption = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Add a program. Its secret is shown once; only its hash is kept."""
    from counterfoil.operations import oauth

    with opened(data, organization, database_url) as work:
        client, secret = oauth.add_client(work, name=name, redirect_uris=redirect_uri, is_public=public)
    shown = {"client_id": client.client_id, "client_secret": secret, "redirect_uris": " ".join(client.redirect_uris)}
    show({name: value for name, value in shown.items() if value}, as_json=json)


@group.command("list")
def list_(
    data: DataOption = None,
    organization: OrganizationOption = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """List the programs that were added here, never their secrets."""
    from counterfoil.operations import oauth

    with opened(data, organization, database_url) as work:
        rows = [_as_shown(client) for client in oauth.clients(work)]
    show_rows(rows, "clients", as_json=json)


@group.command("remove")
def remove(
    client_id: Annotated[str, typer.Argument(help="As counterfoil oauth-client list shows it.")],
    data: DataOption = None,
    organization: OrganizationOption = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Remove a program; whatever people gave it ends at once."""
    from counterfoil.operations import oauth

    with opened(data, organization, database_url) as work:
        oauth.remove_client(work, client_id)
    show({"removed": client_id}, as_json=json)


def _as_shown(client: Client) -> dict[str, object]:
    return {
        "client_id": client.client_id, "name": client.name, "kind": "public" if client.is_public else "confidential",
        "redirect_uris": " ".join(client.redirect_uris),
    }  # fmt: skip


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="oauth-client")

"""counterfoil token"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, JsonOption, OrganizationOption, show, show_rows
from counterfoil.cli.opening import opened

if TYPE_CHECKING:
    from counterfoil.operations.credentials import Access

group = typer.Typer(help="Access tokens.", no_args_is_help=True)


@group.command("create")
def create(
    data: DataOption = None,
    organization: OrganizationOption = None,
    scope: Annotated[list[str] | None, typer.Option(help="A scope; repeat for more. All by default.")] = None,
    name: Annotated[str, typer.Option(help="What it is for; shown in the journal.")] = "cli",
    approvals: Annotated[
        str, typer.Option(help="Acts that wait for a person: never, always, or above:500 for amounts over 500 euros.")
    ] = "",
    person_only: Annotated[
        bool, typer.Option("--person-only", help="Only the page and the terminal count as a yes.")
    ] = False,
    for_assistant: Annotated[
        bool, typer.Option("--for-assistant", help="For an AI assistant: --approvals always.")
    ] = False,
    expires_days: Annotated[int | None, typer.Option("--expires-days", help="Ends after so many days.")] = None,
    member: Annotated[str | None, typer.Option(help="Acts for this person, by e-mail: their role narrows it.")] = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Make a bearer token. It is shown once; only its hash is kept."""
    from counterfoil.domain.approvals import ApprovalPolicy
    from counterfoil.domain.scopes import ALL_SCOPES
    from counterfoil.operations import credentials, members

    scopes = credentials.checked_scopes(scope or ALL_SCOPES)
    policy = (approvals or ("always" if for_assistant else "never")) + (" by:person" if person_only else "")
    with opened(data, organization, database_url) as work:
        made, token = credentials.create_token(
            work, name=name, scopes=scopes, policy=ApprovalPolicy.parse(policy), days=expires_days,
            member=members.find(work, member) if member else None,
        )  # fmt: skip
        organization_id = work.organization_id
    shown: dict[str, object] = {
        "token": token, "organization_id": organization_id, "scopes": " ".join(made.scopes), "id": made.id,
        "approvals": made.policy, "expires_at": made.expires_at,
    }  # fmt: skip
    show({name: value for name, value in shown.items() if json or value}, as_json=json)


@group.command("list")
def list_(
    data: DataOption = None,
    organization: OrganizationOption = None,
    every: Annotated[bool, typer.Option("--all", help="Those that have ended too.")] = False,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """List API keys, tokens and connected programs, never their secrets."""
    from counterfoil.domain.scopes import ALL_SCOPES
    from counterfoil.operations import credentials

    with opened(data, organization, database_url) as work:
        rows = [_as_shown(each) for each in credentials.every(work) if every or each.state == "active"]
    if not json:
        whole = " ".join(sorted(ALL_SCOPES))
        rows = [row | {"scopes": "all" if row["scopes"] == whole else row["scopes"]} for row in rows]
    show_rows(rows, "credentials", as_json=json)


@group.command("revoke")
def revoke(
    id: Annotated[str, typer.Argument(help="As counterfoil token list shows it; a key's or connection's as well.")],
    data: DataOption = None,
    organization: OrganizationOption = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """End a token, an API key or a connection at once."""
    from counterfoil.operations import credentials

    with opened(data, organization, database_url) as work:
        ended = credentials.revoke(work, id)
    show(_as_shown(ended), as_json=json)


def _as_shown(access: Access) -> dict[str, object]:
    return {
        "id": access.id, "kind": access.kind, "name": access.name, "state": access.state, "approvals": access.policy,
        "created_at": access.created_at, "expires_at": access.expires_at,
        "member": access.member.email if access.member else None, "scopes": " ".join(access.scopes),
    }  # fmt: skip


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="token")

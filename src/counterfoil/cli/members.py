"""counterfoil member, counterfoil signin-link"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, JsonOption, OrganizationOption, fail, show, show_rows
from counterfoil.cli.initialize import house_settings
from counterfoil.cli.opening import opened

if TYPE_CHECKING:
    from counterfoil.store.members import MemberRow

group = typer.Typer(help="People who sign in: add, list, shut out, give a password.", no_args_is_help=True)
EmailArgument = Annotated[str, typer.Argument(help="Their e-mail address.")]


@group.command("add")
def add(
    email: Annotated[str, typer.Option(help="What they sign in with.")],
    role: Annotated[str, typer.Option(help="owner, admin, accountant (reads only) or agent (never approves).")],
    name: Annotated[str, typer.Option(help="Shown to others; the address without it.")] = "",
    data: DataOption = None,
    organization: OrganizationOption = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Add a person. Then: counterfoil signin-link --email THEIRS, or counterfoil member password THEIRS."""
    from counterfoil.operations import members

    with opened(data, organization, database_url) as work:
        row = members.add(work, email=email, name=name, role=role)
    show(_as_shown(row), as_json=json)


@group.command("list")
def list_(
    data: DataOption = None,
    organization: OrganizationOption = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """List the organization's people."""
    from counterfoil.operations import members

    with opened(data, organization, database_url) as work:
        rows = [_as_shown(row) for row in members.every(work)]
    show_rows(rows, "members", as_json=json)


@group.command("disable")
def disable(
    email: EmailArgument,
    data: DataOption = None,
    organization: OrganizationOption = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Shut a person out: their sessions, links and tokens end at once."""
    from counterfoil.operations import members

    with opened(data, organization, database_url) as work:
        row = members.disable(work, email)
    show(_as_shown(row), as_json=json)


@group.command("enable")
def enable(
    email: EmailArgument,
    data: DataOption = None,
    organization: OrganizationOption = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Let a person in again. What ended stays ended."""
    from counterfoil.operations import members

    with opened(data, organization, database_url) as work:
        row = members.enable(work, email)
    show(_as_shown(row), as_json=json)


@group.command("password")
def password(
    email: EmailArgument,
    data: DataOption = None,
    organization: OrganizationOption = None,
    database_url: DatabaseOption = None,
) -> None:
    """Give a person a password, asked for here or read from standard input. All their sessions end."""
    from counterfoil.domain.members import check_password
    from counterfoil.operations import members
    from counterfoil.ports.passwords import hash_of

    with opened(data, organization, database_url) as work:
        row = members.find(work, email)
    # Hashed between two transactions: it takes long on purpose.
    kept = hash_of(check_password(_asked(row.email)))
    with opened(data, row.organization_id, database_url) as work:
        members.set_password(work, row.id, kept)
    print(f"{row.email} has a new password; sessions that were open have ended")


def signin_link(
    email: Annotated[str | None, typer.Option(help="Whose; the first owner's without it.")] = None,
    data: DataOption = None,
    organization: OrganizationOption = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Print a link that signs a person in once, within 15 minutes. Whoever has it is that person."""
    from counterfoil.operations import members
    from counterfoil.ports.clock import timestamp

    base = served_at(data)
    with opened(data, organization, database_url) as work:
        row = members.find(work, email) if email else members.first_owner(work)
        secret = members.new_link(work, row.id)
        expires_at = timestamp(work.now + members.LINK_LIFE)
    link = f"{base}/signin/{secret}"
    if json:
        show({"link": link, "email": row.email, "role": row.role, "expires_at": expires_at}, as_json=True)
    else:
        print(link)
        print(f"signs in {row.email} ({row.role}) once, until {expires_at}", file=sys.stderr)


def served_at(data: Path | None) -> str:
    """Where pages are: the public address, that of the server which runs on this directory, or the usual one."""
    from counterfoil.house import ADDRESS_FILE

    settings = house_settings(data)
    file = settings.data / ADDRESS_FILE
    if settings.public_url or not file.exists():
        return settings.base_url
    return file.read_text(encoding="utf-8").strip()


def _asked(email: str) -> str:
    """The password that a person types twice without its being shown, or the first line of a pipe."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first: str = typer.prompt(f"New password of {email}", hide_input=True)
    if first != typer.prompt("The same again", hide_input=True):
        fail("the two are not the same; nothing was changed")
    return first


def _as_shown(row: MemberRow) -> dict[str, object]:
    return {
        "email": row.email, "name": row.name, "role": row.role, "has_password": bool(row.password_hash),
        "created_at": row.created_at, "disabled_at": row.disabled_at, "id": row.id,
    }  # fmt: skip


def register(app: typer.Typer) -> None:
    """Adds the group and the command."""
    app.add_typer(group, name="member")
    app.command("signin-link")(signin_link)

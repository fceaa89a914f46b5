"""counterfoil erase, counterfoil client export"""

from __future__ import annotations

import json as json_text
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, JsonOption, OrganizationOption, fail, show
from counterfoil.cli.initialize import house_settings
from counterfoil.cli.opening import find_organization

if TYPE_CHECKING:
    from counterfoil.house import House
    from counterfoil.operations.erasure import Erased
    from counterfoil.operations.work import Work

group = typer.Typer(help="What is kept of one client.", no_args_is_help=True)
ClientOption = Annotated[str | None, typer.Option("--client", help="The client's id.")]
EmailOption = Annotated[str | None, typer.Option("--email", help="The client's e-mail address, in place of its id.")]


def erase(
    client: ClientOption = None,
    email: EmailOption = None,
    member: Annotated[str | None, typer.Option("--member", help="A person who signs in, by e-mail address.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; without it, what would be erased is shown.")] = False,
    data: DataOption = None,
    organization: OrganizationOption = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Erase a person's data but for issued documents, which the law has kept. Shows what it would do; --yes does it."""
    from counterfoil.house import House

    if sum(each is not None for each in (client, email, member)) != 1:
        fail("name one: --client ID, --email ADDRESS of a client, or --member ADDRESS")
    house = House(house_settings(data, database_url))
    try:
        organization_id = find_organization(house, organization)
        if member is not None:
            _member(house, organization_id, member, is_meant=yes, as_json=json)
            return
        done = _client(house, organization_id, client, email, is_meant=yes)
    finally:
        house.close()
    show(_told(done, is_meant=yes, as_json=json), as_json=json)


@group.command("export")
def export(
    client: ClientOption = None,
    email: EmailOption = None,
    data: DataOption = None,
    organization: OrganizationOption = None,
    database_url: DatabaseOption = None,
) -> None:
    """Print all that is kept of a client as one JSON object: itself, its documents, mails, reminders and files."""
    from counterfoil.house import House
    from counterfoil.operations import erasure
    from counterfoil.operations.work import Actor

    if (client is None) == (email is None):
        fail("name one: --client ID, or --email ADDRESS")
    house = House(house_settings(data, database_url))
    try:
        with house.works.read(Actor(find_organization(house, organization), "cli", client="cli")) as work:
            print(json_text.dumps(erasure.collect(work, _id(work, client, email)), ensure_ascii=False, indent=1))
    finally:
        house.close()


def _client(house: House, organization_id: str, client: str | None, email: str | None, *, is_meant: bool) -> Erased:
    """Erases in the database, then in its file, then in the files that nothing needs any more."""
    from counterfoil.operations import erasure
    from counterfoil.operations.work import Actor

    with house.works.write(Actor(organization_id, "cli", client="cli"), is_dry_run=not is_meant) as work:
        done = erasure.erase(work, _id(work, client, email))
        done.files = erasure.unneeded(work, done.files)
    if is_meant:
        for key in done.files:
            house.blobs.drop(key)
        _drop_caught(house, done)
        house.database.scrub()
    return done


def _drop_caught(house: House, done: Erased) -> None:
    """Letters that were caught because no mail server was set lie in files."""
    from counterfoil.ports.mail import CatcherMailer

    if done.addresses:
        CatcherMailer(house.settings.data / "mail").drop_about(done.addresses)


def _member(house: House, organization_id: str, email: str, *, is_meant: bool, as_json: bool) -> None:
    from counterfoil.operations import erasure
    from counterfoil.operations.work import Actor

    with house.works.write(Actor(organization_id, "cli", client="cli"), is_dry_run=not is_meant) as work:
        member_id = erasure.erase_member(work, email)
    if is_meant:
        house.database.scrub()
    show({"member_id": member_id, "is_erased": is_meant}, as_json=as_json)


def _id(work: Work, client: str | None, email: str | None) -> str:
    from counterfoil.operations import erasure

    if client is not None:
        return client
    found = erasure.clients_with(work, email or "")
    if len(found) != 1:
        fail(f"{len(found) or 'no'} clients have this address{': --client ' + ' or '.join(found) if found else ''}")
    return found[0]


def _told(done: Erased, *, is_meant: bool, as_json: bool) -> dict[str, object]:
    shown = {"is_erased": is_meant, **done.shown}
    if as_json:
        return shown
    kept = ", ".join(f"{each.kind} {each.number or each.id}" for each in done.kept)
    next_step = "what the law has kept stays: see docs/guarantees/gdpr.md" if is_meant else "add --yes to erase it"
    return shown | {"kept": kept or "nothing", "next": next_step}


def register(app: typer.Typer) -> None:
    """Adds the command and the group."""
    app.command()(erase)
    app.add_typer(group, name="client")

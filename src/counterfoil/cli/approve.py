"""counterfoil approve, counterfoil approvals"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, JsonOption, OrganizationOption, fail, show, show_rows
from counterfoil.cli.initialize import house_settings

if TYPE_CHECKING:
    from counterfoil.operations.work import Works
    from counterfoil.store.rows import ApprovalRow


def approve(
    id: Annotated[str, typer.Argument(help="As the assistant or counterfoil approvals shows it.")],
    decline: Annotated[bool, typer.Option("--decline", help="Say no.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts.")] = False,
    data: DataOption = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Say yes, or with --decline no, to what an assistant wants to do and cannot take back. Beside a server too."""
    from counterfoil.operations import approvals
    from counterfoil.operations.work import Actor

    with _opened(data, database_url) as desks:
        works, row = _found(desks, id)
        if not yes and row.state == "pending":
            if json:
                fail("--json asks nobody; add --yes when you have read what it is about: counterfoil approvals")
            _print_question(row, works.page_base)
            _confirm("Decline it?" if decline else "Approve it?")
        with works.write(Actor(row.organization_id, "cli", client="terminal")) as work:
            decide = approvals.decline if decline else approvals.approve
            after = decide(work, row.id, approvals.TERMINAL)
    if json:
        show(_as_shown(after), as_json=True)
    elif decline:
        print("Declined: the same call is refused until it would have expired.")
    else:
        print(
            f"Approved until {after.expires_at}. Now the same call goes through, once: tell the assistant to repeat it."
        )


def approvals(
    data: DataOption = None,
    organization: OrganizationOption = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """List what waits for a person's yes, oldest first."""
    from counterfoil.operations import approvals as operations
    from counterfoil.operations.work import Actor

    rows = []
    with _opened(data, database_url, organization) as desks:
        for works, organization_id in desks:
            with works.read(Actor(organization_id, "cli", client="terminal")) as work:
                rows += [_as_shown(row) for row in operations.pending(work)]
    if not rows and not json:
        print("Nothing waits for a yes.")
        return
    shown = ("id", "expires_at", "asked_by", "summary")
    show_rows(rows if json else [{name: row[name] for name in shown} for row in rows], "approvals", as_json=json)


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("approve")(approve)
    app.command("approvals")(approvals)


@contextmanager
def _opened(
    data: Path | None, database_url: str | None, organization: str | None = None
) -> Iterator[list[tuple[Works, str]]]:
    """Wherever approvals may wait: each organization of the directory, or the one named, and each server elsewhere."""
    from counterfoil.cli.opening import find_organization
    from counterfoil.cli.upstream_books import FOLDER, every_books
    from counterfoil.house import DATABASE_FILE, House
    from counterfoil.ports.clock import SystemClock
    from counterfoil.store import organizations

    settings = house_settings(data, database_url)
    with ExitStack() as stack:
        desks: list[tuple[Works, str]] = []
        has_database = settings.database_url or (settings.data / DATABASE_FILE).exists()
        if has_database or organization or not (settings.data / FOLDER).exists():
            house = House(settings)
            stack.callback(house.close)
            with house.database.read() as conn:
                ids = [row.id for row in organizations.every(conn)]
            ids = [find_organization(house, organization)] if organization else ids
            desks = [(house.works, each) for each in ids]
        elsewhere = stack.enter_context(every_books(settings.data, SystemClock()))
        yield desks if organization else desks + elsewhere


def _found(desks: Iterable[tuple[Works, str]], approval_id: str) -> tuple[Works, ApprovalRow]:
    """The approval, of whichever organization: its id is random, and whoever reads the directory may read them all."""
    from counterfoil import errors
    from counterfoil.operations import approvals
    from counterfoil.operations.work import Actor

    for works, organization_id in desks:
        with works.read(Actor(organization_id, "cli", client="terminal")) as work:
            try:
                return works, approvals.get(work, approval_id)
            except errors.NotFound:
                continue
    raise errors.NotFound(
        "not_found", "There is no approval with this id.", fix="List what waits: counterfoil approvals."
    )


def _print_question(row: ApprovalRow, page_base: str) -> None:
    """What would be done, in full. Much of it was written by others, so nothing of it reaches the terminal raw."""
    import json

    shown = json.loads(row.preview)
    tried: dict[str, Any] = shown.get("preview") or {}
    print(_plain(row.summary))
    print(f"  asked by    {_plain(row.principal)} at {row.created_at}, until {row.expires_at}")
    print(f"  the call    {row.method} {_plain(row.path)}")
    for name in ("client_invoice", "quote", "credit_note"):
        if isinstance(shown.get(name), dict):
            for item in shown[name].get("items", [])[:20]:
                line = f"{item['quantity']} × {item['unit_price']['value']} {item['unit_price']['currency']}"
                print(f"  line        {_plain(item['title'])}: {line}")
    for group in tried.get("vat") or ():
        print(f"  VAT         {group['percent']} % of {group['base']}: {group['vat']}")
    if email := tried.get("email"):
        print(f"  mail to     {_plain(', '.join([*email['to'], *email['cc']]))}")
        print(f"  subject     {_plain(email['subject'])}")
        print(f"  text        {_plain(email['body'])}")
    for warning in (tried.get("compliance") or {}).get("warnings") or ():
        print(f"  warning     {_plain(warning['detail'])}")
    if page_base:
        print(f"  the page    {page_base}/approvals/{row.id}")


def _confirm(question: str) -> None:
    """Asks on the terminal; ends the command for anything but a yes."""
    if not sys.stdin.isatty():
        fail("this asks at a terminal; without one, add --yes")
    if not typer.confirm(question, default=False):
        fail("nothing was decided; it waits until it expires")


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _as_shown(row: ApprovalRow) -> dict[str, object]:
    return {
        "id": row.id, "organization_id": row.organization_id, "state": row.state, "summary": _plain(row.summary),
        "asked_by": _plain(row.principal), "method": row.method, "path": row.path, "created_at": row.created_at,
        "expires_at": row.expires_at, "decided_at": row.decided_at, "decided_by": row.decided_by,
    }  # fmt: skip

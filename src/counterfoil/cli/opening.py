"""How commands that act for one organization open it, beside a running server too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from counterfoil.cli.console import fail
from counterfoil.cli.initialize import house_settings

if TYPE_CHECKING:
    from counterfoil.house import House
    from counterfoil.operations.work import Work


@contextmanager
def opened(data: Path | None, organization: str | None, database_url: str | None = None) -> Iterator[Work]:
    """A work of the organization with this slug, or of the only one; beside a running server too."""
    from counterfoil.house import House
    from counterfoil.operations.work import Actor

    house = House(house_settings(data, database_url))
    try:
        with house.works.write(Actor(find_organization(house, organization), "cli", client="terminal")) as work:
            yield work
    finally:
        house.close()


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

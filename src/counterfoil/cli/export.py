"""counterfoil export"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, JsonOption, OrganizationOption, fail, show
from counterfoil.cli.initialize import house_settings
from counterfoil.cli.progress import progress

if TYPE_CHECKING:
    from counterfoil.house import House
    from counterfoil.ports.export_folder import ExportFolder


def export(
    folder: Annotated[Path, typer.Argument(help="A new folder, or an empty one.")],
    data: DataOption = None,
    organization: OrganizationOption = None,
    year: Annotated[int | None, typer.Option(min=1900, max=9999, help="Documents issued in this year only.")] = None,
    from_day: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="From this day.")] = None,
    to_day: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="To this day.")] = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Write everything for an auditor in open formats, with a manifest of hashes; for all organizations or one."""
    from counterfoil.house import House
    from counterfoil.ports.export_folder import export_folder

    if year and (from_day or to_day):
        fail("give --year, or --from and --to")
    first, last = (date(year, 1, 1), date(year, 12, 31)) if year else (from_day, to_day)
    days = tuple(f"{day:%Y-%m-%d}" if day else "" for day in (first, last))
    house = House(house_settings(data, database_url))
    try:
        with export_folder(folder) as (into, said):
            _write(house, into, said, organization, days)
    finally:
        house.close()
    missing = [name for each in said["organizations"] for name in each["missing_files"]]
    show(
        {
            "folder": str(folder.resolve()), "organizations": len(said["organizations"]),
            "documents": sum(each["documents"] for each in said["organizations"]), "files": into.count,
            "missing_files": len(missing), "check": "sha256sum -c manifest.sha256",
        },
        as_json=json,
    )  # fmt: skip
    if missing:
        fail(f"lost or altered, so not in it: {', '.join(missing[:5])}; run: counterfoil verify")


def _write(
    house: House, into: ExportFolder, said: dict[str, Any], organization: str | None, days: tuple[str, ...]
) -> None:
    """All organizations, or the one, from one snapshot."""
    from counterfoil import __version__
    from counterfoil.formats.audit import README
    from counterfoil.operations import exporting
    from counterfoil.operations.work import Actor, Work
    from counterfoil.store import exporting as store
    from counterfoil.store import organizations

    said |= {"format": 1, "product": "counterfoil", "product_version": __version__}
    first_day, last_day = days
    said |= {"from": first_day, "to": last_day, "organizations": []}
    into.add("README.txt", README.encode())
    with house.database.read(is_patient=True) as conn:
        rows = [row for row in organizations.every(conn) if organization in (None, row.slug, row.id)]
        if not rows:
            fail(f"there is no organization {organization or 'here yet'}")
        with progress("documents", sum(store.count(conn, row.id) for row in rows)) as advance:
            for row in rows:
                work = Work(conn, Actor(row.id, "cli"), house.clock.now(), house.settings.base_url)
                to = exporting.Export(
                    work, into, house.blobs, first_day or exporting.FIRST_DAY, last_day or exporting.LAST_DAY, advance
                )
                said["organizations"].append(exporting.export(to))


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("export")(export)

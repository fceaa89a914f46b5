"""counterfoil restore"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, JsonOption, fail, show
from counterfoil.cli.initialize import house_settings
from counterfoil.cli.progress import progress

if TYPE_CHECKING:
    from counterfoil.operations.restoring import Backup
    from counterfoil.settings import Settings


def restore(
    file: Annotated[Path, typer.Argument(help="An archive that counterfoil backup wrote.")],
    data: DataOption = None,
    database_url: DatabaseOption = None,
    accept_altered: Annotated[
        bool,
        typer.Option("--accept-altered", help="Restore what was altered before the backup was made, and name it."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Bring an archive back into an empty place, after checking all of it."""
    from counterfoil.operations.restoring import Backup

    settings = house_settings(data, database_url)
    with file.open("rb") as archive:
        backup = Backup(archive)
        with progress("checking", backup.members) as advance:
            backup.check(advance)
        altered = _bring(backup, settings, is_altered_accepted=accept_altered)
    for each in altered:
        print(f"altered before the backup was made: {each}", file=sys.stderr)
    show(_shown(backup, settings), as_json=json)


def _bring(backup: Backup, settings: Settings, *, is_altered_accepted: bool) -> list[str]:
    """Puts everything in its place; names what was altered before the backup was made."""
    from counterfoil.empty_place import empty_place, free_bytes
    from counterfoil.operations import restoring, verification

    manifest = backup.manifest
    if free_bytes(settings) < manifest.unpacked_size:
        fail(f"there is no room for it: it takes {manifest.unpacked_size} bytes; name a directory on a larger disk")
    with empty_place(settings) as place:
        with progress("files", manifest.files.count) as advance:
            restoring.bring_files(backup, place.blobs, advance)
        with progress("rows", sum(table.rows for table in manifest.tables.values())) as advance:
            restoring.load(place.conn, backup, advance)
        with progress("verifying", verification.rows_to_check(place.conn)) as advance:
            report = verification.verify(place.conn, place.blobs.get, advance=advance)
        altered = [str(finding) for finding in report.findings]
        if altered and not is_altered_accepted:
            raise restoring.Refused(
                f"it is whole, but the books had been altered before it was made: {'; '.join(altered[:5])}",
                fix="Take an earlier backup, or restore this one as it is with --accept-altered.",
            )
    return altered


def _shown(backup: Backup, settings: Settings) -> dict[str, object]:
    from counterfoil.store import migrations

    manifest = backup.manifest
    return {
        "data": str(settings.data.resolve()), "created_at": manifest.created_at,
        "schema": f"{manifest.schema_revision}, now {migrations.HEAD}", "organizations": len(manifest.organizations),
        "documents": manifest.documents, "files": manifest.files.count, "missing_files": len(manifest.files.missing),
    }  # fmt: skip


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("restore")(restore)

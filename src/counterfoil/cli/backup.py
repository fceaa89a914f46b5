"""counterfoil backup"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, JsonOption, fail, show
from counterfoil.cli.initialize import house_settings
from counterfoil.cli.progress import progress

if TYPE_CHECKING:
    from counterfoil.operations.backups import Saved
    from counterfoil.settings import Settings


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write the archive, such as counterfoil-2026-11-24.tar.")],
    data: DataOption = None,
    database_url: DatabaseOption = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file of this name.")] = False,
    accept_missing: Annotated[
        bool, typer.Option("--accept-missing", help="Save all the rest when stored files are lost or altered.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Save the database and all files into one archive, also of a running server."""
    settings = house_settings(data, database_url)
    if file.exists() and not force:
        fail(f"{file} is there already; name another file, or add --force to write over it")
    saved = _save(settings, file, is_replacing=force, is_missing_accepted=accept_missing)
    show(_shown(saved, file), as_json=json)
    if not json:
        _hint(settings)


def _save(settings: Settings, file: Path, *, is_replacing: bool, is_missing_accepted: bool) -> Saved:
    from counterfoil import __version__
    from counterfoil.house import DATABASE_FILE, open_blobs, open_database
    from counterfoil.operations import backups
    from counterfoil.ports.archives import written_whole
    from counterfoil.ports.clock import SystemClock, timestamp

    if not settings.database_url and not (settings.data / DATABASE_FILE).exists():
        fail(f"there is no database in {settings.data}; name the data directory with --data")
    database = open_database(settings)
    try:
        with database.read(is_patient=True) as conn, written_whole(file, is_replacing=is_replacing) as archive:
            source = backups.source_of(conn, open_blobs(settings))
            with progress("rows", source.sizes.rows) as on_rows, progress("files", source.sizes.files) as on_file:
                return backups.save(
                    source, archive, product_version=__version__, created_at=timestamp(SystemClock().now()),
                    is_missing_accepted=is_missing_accepted, on_rows=on_rows, on_file=on_file,
                )  # fmt: skip
    finally:
        database.dispose()


def _shown(saved: Saved, file: Path) -> dict[str, object]:
    manifest = saved.manifest
    return {
        "file": str(file.resolve()), "size": file.stat().st_size, "created_at": manifest.created_at,
        "schema": manifest.schema_revision, "organizations": len(manifest.organizations),
        "documents": manifest.documents, "files": manifest.files.count, "missing_files": len(manifest.files.missing),
        "manifest_sha256": saved.sha256,
    }  # fmt: skip


def _hint(settings: Settings) -> None:
    from counterfoil.house import KEY_FILE

    key = settings.data / KEY_FILE
    if settings.secret_key or settings.database_url:
        what = "COUNTERFOIL_SECRET_KEY"
    elif key.exists():
        what = str(key)
    else:
        return
    print(f"not in it: {what}, which opens the webhooks' secrets; keep a copy elsewhere", file=sys.stderr)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("backup")(backup)

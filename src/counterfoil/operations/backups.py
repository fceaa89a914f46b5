"""Backups: everything that a database says, and the files that it names, in one archive. See formats.backup_manifest.

The rows come from one snapshot, so whatever is written meanwhile is in it wholly or not at all. Files never change
once they are stored: those that the snapshot names are there for as long as it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import NamedTuple

from counterfoil import errors
from counterfoil.formats import backup_manifest as form
from counterfoil.formats.backup_manifest import Files, Head, Manifest, Part, TableRows
from counterfoil.ports.archives import ArchiveWriter
from counterfoil.ports.blobs import Blobs, FileAltered
from counterfoil.store import copying, migrations
from counterfoil.store.copying import Shape
from counterfoil.store.engine import Connection

Advance = Callable[[int], None]


class Sizes(NamedTuple):
    """How much there is to copy."""

    rows: int
    files: int


class Saved(NamedTuple):
    """What went into a backup. sha256: of its manifest, which has those of all the rest."""

    manifest: Manifest
    sha256: str


@dataclass
class Source:
    """What a backup is made of, at one moment."""

    conn: Connection
    blobs: Blobs
    revision: str
    shapes: list[Shape]
    sizes: Sizes


def source_of(conn: Connection, blobs: Blobs) -> Source:
    """What there is to save. conn: a snapshot. Raises WrongState where there is nothing, or what we cannot read."""
    revision = migrations.current(conn)
    if revision is None:
        raise errors.WrongState("nothing_to_save", "The database is empty.", fix="Name another with --data DIR.")
    if migrations.steps_from(revision) < 0:
        raise errors.WrongState(
            "newer_schema",
            f"The database is of a newer version: schema {revision}, and this one knows {migrations.HEAD}.",
            fix="Install the version that serves it, and make the backup with that.",
        )  # fmt: skip
    shapes = copying.shapes(conn)
    rows = sum(copying.count(conn, shape) for shape in shapes)
    return Source(conn, blobs, revision, shapes, Sizes(rows, copying.count_files(conn)))


def save(
    source: Source,
    archive: ArchiveWriter,
    *,
    product_version: str,
    created_at: str,
    is_missing_accepted: bool = False,
    on_rows: Advance = lambda _count: None,
    on_file: Advance = lambda _count: None,
) -> Saved:
    """Write all of it into the archive. Raises WrongState when a file is lost or altered, unless that is accepted."""
    tables = {shape.name: _save_table(source.conn, shape, archive, on_rows) for shape in source.shapes}
    manifest = Manifest(
        format=form.FORMAT,
        product="counterfoil",
        product_version=product_version,
        schema_revision=source.revision,
        created_at=created_at,
        organizations=tuple(Head(**head._asdict()) for head in copying.heads(source.conn)),
        tables=tables,
        files=_save_files(source, archive, is_missing_accepted=is_missing_accepted, on_file=on_file),
    )
    sha256 = archive.add(form.MANIFEST, form.manifest_text(manifest))
    archive.add(form.SEAL, form.seal_text(sha256))
    return Saved(manifest, sha256)


def _save_table(conn: Connection, shape: Shape, archive: ArchiveWriter, on_rows: Advance) -> TableRows:
    parts: list[Part] = []
    for lines in _portions(conn, shape):
        name, data = form.part_name(shape.name, len(parts) + 1), form.packed(lines)
        sha256 = archive.add(name, data)
        length = sum(map(len, lines))
        parts.append(Part(name=name, size=len(data), length=length, rows=len(lines), sha256=sha256))
        on_rows(len(lines))
    return TableRows(columns=shape.columns, rows=sum(part.rows for part in parts), parts=tuple(parts))


def _portions(conn: Connection, shape: Shape) -> Iterator[list[bytes]]:
    """The table's lines, so many at a time as fit into a part."""
    codec = form.Rows(shape.columns.values())
    lines: list[bytes] = []
    length = 0
    for row in copying.rows(conn, shape):
        lines.append(codec.line(row))
        length += len(lines[-1])
        if length >= form.PART_BYTES:
            yield lines
            lines, length = [], 0
    if lines:
        yield lines


def _save_files(source: Source, archive: ArchiveWriter, *, is_missing_accepted: bool, on_file: Advance) -> Files:
    count = size = 0
    missing: list[str] = []
    with TemporaryFile() as listing:
        for key in copying.file_keys(source.conn):
            try:
                data = source.blobs.get(key)
            except (FileNotFoundError, FileAltered):
                missing.append(key)
            else:
                archive.add(form.file_name(key), data)
                listing.write(form.listing_line(key))
                count, size = count + 1, size + len(data)
            on_file(1)
        if missing and not is_missing_accepted:
            raise _lost(missing)
        listing_size, sha256 = archive.add_from(form.LISTING, listing)
    return Files(count=count, size=size, listing_size=listing_size, sha256=sha256, missing=tuple(missing))


def _lost(missing: list[str]) -> errors.WrongState:
    return errors.WrongState(
        "files_missing",
        f"{len(missing)} stored file(s) are lost or altered, the first is {missing[0]}: nothing was saved.",
        fix="counterfoil verify names what they belong to. --accept-missing saves all the rest.",
    )

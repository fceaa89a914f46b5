"""Restoring: an archive is checked to the last bit before anything is written, and what it says before it is used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import IO

from counterfoil import errors
from counterfoil.formats import backup_manifest as form
from counterfoil.formats.backup_manifest import Manifest, NotReadable, Part, TableRows, Value
from counterfoil.ports.archives import ArchiveReader, Member
from counterfoil.ports.blobs import Blobs
from counterfoil.store import copying, migrations
from counterfoil.store.copying import NotLoadable, Shape
from counterfoil.store.engine import Connection

Advance = Callable[[int], None]


def nobody(_count: int) -> None:
    """Tells nobody how far it is."""


class Refused(errors.Invalid):
    """The archive is not one that can be restored; why, in plain words."""

    def __init__(self, why: str, fix: str = "Nothing was restored; take another backup.") -> None:
        super().__init__("backup_refused", f"This backup is refused: {why}.", fix=fix)


class Backup:
    """An archive whose parts are where they belong. What is in them is known to be right once `check` was called.

    Whatever is wrong raises Refused.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._reader = ArchiveReader(file)
        self._tables: list[Member] = []
        self._first_file = self._listing = Member("", 0, 0)
        try:
            self.manifest = self._opened()
        except NotReadable as error:
            raise Refused(str(error)) from None
        if migrations.steps_from(self.manifest.schema_revision) < 0:
            raise Refused(
                f"it is of a newer version (schema {self.manifest.schema_revision}, this one knows {migrations.HEAD})",
                fix=f"Install counterfoil {self.manifest.product_version} or later, and restore it with that.",
            )

    def check(self, advance: Advance = nobody) -> None:
        """Compares every member with its SHA-256. advance: called with the number of those that were looked at."""
        try:
            for member, part in zip_longest(self._tables, self._parts):
                if member is None or part is None or (member.name, member.size) != (part.name, part.size):
                    raise NotReadable("it has other tables than its manifest says")
                self._compare(member, part.sha256)
                advance(1)
            self._check_files(advance)
        except NotReadable as error:
            raise Refused(str(error)) from None

    @property
    def members(self) -> int:
        """How many members `check` looks at."""
        return len(self._parts) + self.manifest.files.count

    def rows(self, table: TableRows) -> Iterator[list[Value]]:
        """The rows of a table, a part at a time in memory."""
        codec = form.Rows(table.columns.values())
        members = {member.name: member for member in self._tables}
        for part in table.parts:
            data = self._reader.read(members[part.name], form.MOST_PART_BYTES)
            count = 0
            for line in form.unpacked(data, part.length):
                count += 1
                yield codec.row(line)
            if count != part.rows:
                raise NotReadable(f"{part.name} has not as many rows as its manifest says")

    def files(self) -> Iterator[bytes]:
        """The stored files, one at a time in memory."""
        for member in self._file_members():
            yield self._reader.read(member, form.MOST_FILE_BYTES)

    def listed(self) -> Iterator[str]:
        """The SHA-256 of each stored file, in ascending order."""
        return map(form.key_in, self._reader.lines(self._listing, form.LINE_BYTES))

    @property
    def _parts(self) -> list[Part]:
        return [part for table in self.manifest.tables.values() for part in table.parts]

    def _opened(self) -> Manifest:
        """The manifest, sealed as it was; notes where the rest is, and refuses what is not in its place."""
        last: list[Member] = []
        newest_file = ""
        for member in self._reader.members():
            if last or member.name in (form.LISTING, form.MANIFEST, form.SEAL):
                last.append(member)
            elif form.is_part_name(member.name) and not newest_file:
                self._tables.append(member)
            elif form.is_file_name(member.name) and member.name > newest_file:
                self._first_file = self._first_file if newest_file else member
                newest_file = member.name
            else:
                raise NotReadable(f"{member.name!r} does not belong where it is")
        if [member.name for member in last] != [form.LISTING, form.MANIFEST, form.SEAL]:
            raise NotReadable("it is cut short, or no backup of counterfoil")
        self._listing = last[0]
        data = self._reader.read(last[1], form.MOST_MANIFEST_BYTES)
        if self._reader.read(last[2], form.MOST_MANIFEST_BYTES) != form.seal_text(hashlib.sha256(data).hexdigest()):
            raise NotReadable("its manifest was changed")
        return form.read_manifest(data)

    def _file_members(self) -> Iterator[Member]:
        if not self._first_file.name:
            return
        for member in self._reader.members(self._first_file):
            if member.name == form.LISTING:
                return
            yield member

    def _check_files(self, advance: Advance) -> None:
        wanted = self.manifest.files
        self._compare(self._listing, wanted.sha256)
        count = size = 0
        for member, key in zip_longest(self._file_members(), self.listed()):
            if member is None or key is None or member.name != form.file_name(key):
                raise NotReadable("it has other files than its list says")
            self._compare(member, key)
            count, size = count + 1, size + member.size
            advance(1)
        if (count, size) != (wanted.count, wanted.size):
            raise NotReadable("it has not as many files as its manifest says")

    def _compare(self, member: Member, sha256: str) -> None:
        if self._reader.sha256(member) != sha256:
            raise NotReadable(f"{member.name} was changed")


def load(conn: Connection, backup: Backup, on_rows: Advance = nobody) -> None:
    """Make the tables of the backup's schema in an empty database, fill them, and bring them to this version's.

    In the caller's transaction. Raises Refused for rows that the tables do not take.
    """
    copying.unhurried(conn)
    migrations.make_tables(conn, backup.manifest.schema_revision)
    shapes = {shape.name: shape for shape in copying.shapes(conn)}
    try:
        if shapes.keys() != backup.manifest.tables.keys():
            raise NotReadable(f"its tables are not those of schema {backup.manifest.schema_revision}")
        for name, table in backup.manifest.tables.items():
            shape = shapes[name]
            if shape.columns != table.columns:
                raise NotReadable(f"the columns of {name} are not those of schema {backup.manifest.schema_revision}")
            _fill(conn, shape._replace(columns=dict(table.columns)), backup, table, on_rows)
        heads = [head._asdict() for head in copying.heads(conn)]
        if heads != [head.model_dump() for head in backup.manifest.organizations]:
            raise NotReadable("its organizations are not those that its manifest names")
        _compare_files(conn, backup)
    except (NotReadable, NotLoadable) as error:
        raise Refused(str(error)) from None
    migrations.finish(conn)


def bring_files(backup: Backup, blobs: Blobs, advance: Advance = nobody) -> None:
    """Put the backup's files among the stored ones."""
    for data in backup.files():
        blobs.put(data)
        advance(1)


def _fill(conn: Connection, shape: Shape, backup: Backup, table: TableRows, on_rows: Advance) -> None:
    def told() -> Iterator[list[Value]]:
        for row in backup.rows(table):
            on_rows(1)
            yield row

    if copying.insert_rows(conn, shape, told()) != table.rows:
        raise NotReadable(f"{shape.name} has not as many rows as its manifest says")


def _compare_files(conn: Connection, backup: Backup) -> None:
    """Each file that the rows name is in the backup, or was missing when it was made; and no other."""
    missing = set(backup.manifest.files.missing)
    named = (key for key in copying.file_keys(conn) if key not in missing)
    for wanted, found in zip_longest(named, backup.listed()):
        if wanted != found:
            raise NotReadable(f"its files are not those that its tables name: {wanted or found}")

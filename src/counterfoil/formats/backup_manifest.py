"""What stands in a backup: its manifest, and its tables as lines of JSON.

A backup is a tar of these members, in this order:

    tables/NAME.000001.jsonl.gz   rows as JSON arrays, in the order of the manifest's columns; bytes in Base64
    files/ab/ab12…                stored files, each named by its SHA-256, in ascending order
    files.sha256                  a line for each of them, as sha256sum writes it
    manifest.json                 the versions, the head of each journal, and the SHA-256 of all that comes before it
    manifest.sha256               of manifest.json
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
SEAL: Final = "manifest.sha256"
LISTING: Final = "files.sha256"
# A part of a table ends once it is so long: what is read at once stays small.
PART_BYTES: Final = 8 * 1024 * 1024
# No part that we write comes near it: one row and PART_BYTES.
MOST_PART_BYTES: Final = 64 * 1024 * 1024
MOST_FILE_BYTES: Final = 256 * 1024 * 1024
MOST_MANIFEST_BYTES: Final = 64 * 1024 * 1024
# A line of the listing: two digests, two blanks, "files/ab/" and the line's end.
LINE_BYTES: Final = 64 + 2 + 9 + 64 + 1
_PART: Final = re.compile(r"tables/[a-z_]{1,60}\.[0-9]{6}\.jsonl\.gz")
_FILE: Final = re.compile(r"files/[0-9a-f]{2}/[0-9a-f]{64}")
_KEY: Final = re.compile(rb"[0-9a-f]{64}")

# Tables whose rows people would call documents.
DOCUMENTS: Final = ("client_invoices", "credit_notes", "quotes", "supplier_invoices")

ColumnKind = Literal["text", "integer", "boolean", "bytes"]
Value = str | int | bool | bytes | None
Sha256 = Field(pattern="^[0-9a-f]{64}$")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Part(_Frozen):
    """A member with rows of a table. size: as it lies in the archive; length: unpacked."""

    name: str = Field(pattern=r"^tables/[a-z_]{1,60}\.[0-9]{6}\.jsonl\.gz$")
    size: int = Field(ge=0, le=MOST_PART_BYTES)
    length: int = Field(ge=0, le=MOST_PART_BYTES)
    rows: int = Field(ge=0)
    sha256: str = Sha256


class TableRows(_Frozen):
    """One table: what its columns hold, in order, and where its rows are."""

    columns: dict[str, ColumnKind]
    rows: int = Field(ge=0)
    parts: tuple[Part, ...]


class Head(_Frozen):
    """One organization and the end of its journal; position and hash are None before there was a chain."""

    id: str
    slug: str
    journal_position: int | None
    journal_hash: str | None


class Files(_Frozen):
    """The stored files. sha256: of their listing. missing: those that were lost before the backup was made."""

    count: int = Field(ge=0)
    size: int = Field(ge=0)
    listing_size: int = Field(ge=0)
    sha256: str = Sha256
    missing: tuple[str, ...] = ()


class Manifest(_Frozen):
    """All that a backup says of itself. schema_revision: of the database as it was."""

    format: int
    product: str
    product_version: str
    schema_revision: str = Field(pattern="^[0-9]{4}$")
    created_at: str
    organizations: tuple[Head, ...]
    tables: dict[str, TableRows]
    files: Files

    @property
    def documents(self) -> int:
        """How many documents there are, of whatever kind."""
        return sum(self.tables[name].rows for name in DOCUMENTS if name in self.tables)

    @property
    def unpacked_size(self) -> int:
        """Bytes of rows and files together."""
        return self.files.size + sum(part.length for table in self.tables.values() for part in table.parts)


class NotReadable(ValueError):
    """What should be a part of a backup is none. The text says what, in plain words."""


def manifest_text(manifest: Manifest) -> bytes:
    """The manifest as it is written."""
    return json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=1).encode() + b"\n"


def read_manifest(data: bytes) -> Manifest:
    """The manifest in `data`. Raises NotReadable, also for a format that this version does not know."""
    try:
        found = json.loads(data)
        version = found["format"]
    except (ValueError, KeyError, TypeError):
        raise NotReadable("its manifest cannot be read") from None
    if version != FORMAT:
        raise NotReadable(f"it is of format {version}, and this version of counterfoil reads format {FORMAT} only")
    try:
        return Manifest.model_validate_json(data)
    except ValidationError as error:
        where = "/".join(str(step) for step in error.errors()[0]["loc"])
        raise NotReadable(f"its manifest is wrong at {where}") from None


def seal_text(sha256: str) -> bytes:
    """What stands beside the manifest: its SHA-256 as sha256sum writes it."""
    return f"{sha256}  {MANIFEST}\n".encode()


def part_name(table: str, number: int) -> str:
    return f"tables/{table}.{number:06d}.jsonl.gz"


def file_name(key: str) -> str:
    return f"files/{key[:2]}/{key}"


def is_part_name(name: str) -> bool:
    return bool(_PART.fullmatch(name))


def is_file_name(name: str) -> bool:
    return bool(_FILE.fullmatch(name)) and name == file_name(name[-64:])


def listing_line(key: str) -> bytes:
    """A file's line in the listing."""
    return f"{key}  {file_name(key)}\n".encode()


def key_in(line: bytes) -> str:
    """Whose line it is. Raises NotReadable."""
    key = line[:64]
    if not _KEY.fullmatch(key) or listing_line(key.decode()) != line:
        raise NotReadable("its list of files is damaged")
    return key.decode()


class Rows:
    """Rows of a table as lines and back. kinds: of the columns, in their order."""

    def __init__(self, kinds: Iterable[ColumnKind]) -> None:
        self._kinds = tuple(kinds)
        self._special = [index for index, kind in enumerate(self._kinds) if kind in ("boolean", "bytes")]
        self._types = [(_TYPES[kind], type(None)) for kind in self._kinds]

    def line(self, row: Sequence[Value]) -> bytes:
        """The row as a line."""
        plain = list(row)
        for index in self._special:
            value = plain[index]
            if value is not None:
                plain[index] = base64.b64encode(value).decode() if isinstance(value, bytes) else bool(value)
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def row(self, line: bytes) -> list[Value]:
        """The row of a line. Raises NotReadable unless it has a value of the right kind, or none, in each column."""
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise NotReadable("a row cannot be read") from None
        if not isinstance(row, list) or len(row) != len(self._kinds):
            raise NotReadable("a row has other columns than its table")
        if not all(type(value) in types for value, types in zip(row, self._types, strict=True)):
            raise NotReadable("a row has a value of another kind than its column")
        for index in self._special:
            if isinstance(row[index], str):
                row[index] = base64.b64decode(row[index])
        return row


_TYPES: Final[Mapping[ColumnKind, type]] = {"text": str, "integer": int, "boolean": bool, "bytes": str}


def packed(lines: Iterable[bytes]) -> bytes:
    """Lines as a gzip file: the same lines always as the same bytes."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return b"".join([*map(packer.compress, lines), packer.flush()])


def unpacked(data: bytes, length: int) -> Iterator[bytes]:
    """The lines of a gzip file that unpacks to exactly `length` bytes; no more than that is ever unpacked."""
    unpacker = zlib.decompressobj(31)
    try:
        text = unpacker.decompress(data, length + 1)
    except zlib.error:
        raise NotReadable("a part of a table cannot be unpacked") from None
    if len(text) != length or not unpacker.eof or unpacker.unused_data:
        raise NotReadable("a part of a table is not as long as its manifest says")
    return iter(text.split(b"\n")[:-1])

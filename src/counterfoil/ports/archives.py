"""Archives on disk: a tar that is there whole or not at all, and one that is read with suspicion."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from counterfoil.formats import tar_members
from counterfoil.formats.backup_manifest import NotReadable
from counterfoil.ports.durable import sync_directory

_CHUNK = 1024 * 1024


class Member(NamedTuple):
    """One member of an archive: its name, its size in bytes and where these begin."""

    name: str
    size: int
    offset: int


class ArchiveWriter:
    """Adds members to a tar, one behind the other."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, name: str, data: bytes) -> str:
        """Adds a member; returns the SHA-256 of its bytes."""
        self._file.write(tar_members.header(name, len(data)))
        self._file.write(data)
        self._file.write(bytes(tar_members.padding(len(data))))
        return hashlib.sha256(data).hexdigest()

    def add_from(self, name: str, source: IO[bytes]) -> tuple[int, str]:
        """Adds all of a file as a member; returns its size and the SHA-256 of its bytes."""
        size = source.seek(0, os.SEEK_END)
        source.seek(0)
        self._file.write(tar_members.header(name, size))
        digest = hashlib.sha256()
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            self._file.write(chunk)
        self._file.write(bytes(tar_members.padding(size)))
        return size, digest.hexdigest()

    def end(self) -> None:
        """Says that no more comes."""
        self._file.write(tar_members.END)


@contextmanager
def written_whole(path: Path, *, is_replacing: bool = False) -> Iterator[ArchiveWriter]:
    """An archive at `path` once the block ends well, durable and for its owner's eyes only; nothing when it raises.

    Raises FileExistsError when the path is taken, also by then, unless is_replacing.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            writer = ArchiveWriter(file)
            yield writer
            writer.end()
            file.flush()
            os.fsync(file.fileno())
        if is_replacing:
            aside.replace(path)
        else:
            os.link(aside, path)  # unlike a rename, never over another file
    finally:
        aside.unlink(missing_ok=True)
    sync_directory(path.parent)


class ArchiveReader:
    """The members of an archive, in the order in which they lie. Everything in it may be wrong: raises NotReadable."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = file.seek(0, os.SEEK_END)

    def members(self, first: Member | None = None) -> Iterator[Member]:
        """What is in it, from header to header; whatever is no header, member or end of ours is refused."""
        offset = first.offset - tar_members.BLOCK if first else 0
        while (block := self._at(offset, tar_members.BLOCK)) != tar_members.END[: tar_members.BLOCK]:
            try:
                name, size = tar_members.read_header(block)
            except ValueError:
                raise NotReadable(f"it is damaged, or no backup of counterfoil (at byte {offset})") from None
            member = Member(name, size, offset + tar_members.BLOCK)
            gap = tar_members.padding(size)
            if member.offset + size + gap > self._size:
                raise NotReadable("it is cut short")
            if self._at(member.offset + size, gap) != bytes(gap):
                raise NotReadable(f"it is damaged behind {name}")
            yield member
            offset = member.offset + size + gap
        if self._size - offset != len(tar_members.END) or self._at(offset, len(tar_members.END)) != tar_members.END:
            raise NotReadable("it does not end where its last part does")

    def read(self, member: Member, most: int) -> bytes:
        """The bytes of a member that may be `most` long."""
        if member.size > most:
            raise NotReadable(f"{member.name} is longer than anything that counterfoil writes")
        return self._at(member.offset, member.size)

    def sha256(self, member: Member) -> str:
        """The SHA-256 of a member's bytes, however many."""
        digest = hashlib.sha256()
        for offset in range(0, member.size, _CHUNK):
            digest.update(self._at(member.offset + offset, min(_CHUNK, member.size - offset)))
        return digest.hexdigest()

    def lines(self, member: Member, length: int) -> Iterator[bytes]:
        """A member's lines, each of which is so long."""
        step = _CHUNK // length * length
        for offset in range(0, member.size, step):
            chunk = self._at(member.offset + offset, min(step, member.size - offset))
            yield from (chunk[start : start + length] for start in range(0, len(chunk), length))

    def _at(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        data = self._file.read(size)
        if len(data) < size:
            raise NotReadable("it is cut short")
        return data

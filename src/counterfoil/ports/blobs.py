"""File contents, as a port: stored under their SHA-256, so the same bytes are kept once and never changed."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import Protocol

from counterfoil.errors import Unavailable
from counterfoil.ports.durable import write_whole

log = logging.getLogger("counterfoil.files")
KEY = re.compile(r"[0-9a-f]{64}")
ASIDE = "waiting"
# What a full disk says: no room, no room for this user, no room in one file.
FULL = (ENOSPC, EDQUOT, EFBIG)


class FileAltered(Unavailable):
    """Stored bytes are not those that were put: their SHA-256 is another one."""

    def __init__(self, key: str) -> None:
        super().__init__(
            "file_altered", "This file's stored bytes are not those that were kept.",
            fix="Bring the file back from a backup; counterfoil verify names all that were changed.",
            meta={"sha256": key},
        )  # fmt: skip


class FilesAway(Unavailable):
    """Files cannot be had or kept now; the same may work in a moment."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            "files_unavailable", problem, fix="Try again in a moment. Whoever runs the server: counterfoil doctor."
        )


class Blobs(Protocol):
    """Keeps bytes. put: returns their SHA-256 in hex, durable on return. get: the same bytes, or an error.

    get raises FileNotFoundError, and FileAltered when they are not what was put. exists: whether they are there,
    unread. keys: of all that is kept, in no order. drop: forgets it, if it is there. Anything may raise FilesAway; what
    it wrote by then is whole.
    The three of `aside` keep bytes for a while only, apart from the others and under a name of 64 hex digits.
    """

    def put(self, data: bytes) -> str: ...

    def get(self, key: str) -> bytes: ...

    def exists(self, key: str) -> bool: ...

    def keys(self) -> Iterator[str]: ...

    def drop(self, key: str) -> None: ...

    def put_aside(self, name: str, data: bytes) -> None: ...

    def get_aside(self, name: str) -> bytes: ...

    def drop_aside(self, name: str) -> None: ...


class FileBlobs:
    """Blobs in a directory: two characters a folder, written aside, synced, then renamed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes) -> str:
        key = sha256_of(data)
        path = self._path(key)
        with _told():
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, data)
        return key

    def get(self, key: str) -> bytes:
        with _told():
            return unaltered(key, self._path(key).read_bytes())

    def exists(self, key: str) -> bool:
        with _told():
            return bool(KEY.fullmatch(key)) and self._path(key).is_file()

    def keys(self) -> Iterator[str]:
        with _told():
            for folder in self._root.glob("[0-9a-f][0-9a-f]"):
                for path in folder.iterdir():
                    if KEY.fullmatch(path.name):  # others are being written
                        yield path.name

    def drop(self, key: str) -> None:
        """Forgets it; nothing to do when it is not there."""
        with _told():
            self._path(key).unlink(missing_ok=True)

    def put_aside(self, name: str, data: bytes) -> None:
        """Keeps `data` under a name that is not its own, until it is dropped."""
        path = self._path(name, ASIDE)
        with _told():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data)

    def get_aside(self, name: str) -> bytes:
        with _told():
            return self._path(name, ASIDE).read_bytes()

    def drop_aside(self, name: str) -> None:
        """Forgets it; nothing to do when it is not there."""
        with _told():
            self._path(name, ASIDE).unlink(missing_ok=True)

    def _path(self, key: str, folder: str | None = None) -> Path:
        if not KEY.fullmatch(key):
            raise FileNotFoundError(key)
        return self._root / (folder or key[:2]) / key


def sha256_of(data: bytes) -> str:
    """The name of these bytes: 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def unaltered(key: str, data: bytes) -> bytes:
    """`data`, when its SHA-256 is `key`: some two milliseconds for a megabyte at most. Raises FileAltered."""
    if sha256_of(data) != key:
        log.error("the stored bytes of file %s are not those that were kept", key)
        raise FileAltered(key)
    return data


@contextmanager
def _told() -> Iterator[None]:
    """What the operating system refuses, in words that a caller may read: the log has the path and the reason."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        log.error("files: %s", error)
        if error.errno in FULL:
            raise FilesAway("There is no room left for files; this one was not kept.") from error
        raise FilesAway("Stored files cannot be reached now.") from error

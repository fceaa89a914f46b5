"""File contents, as a port: stored under their SHA-256, so the same bytes are kept once and never changed."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Protocol

from counterfoil.ports.durable import write_whole

_KEY = re.compile(r"[0-9a-f]{64}")
_ASIDE = "waiting"


class Blobs(Protocol):
    """Keeps bytes. put: returns their SHA-256 in hex, durable on return. get: raises FileNotFoundError.

    The three of `aside` keep bytes for a while only, apart from the others and under a name of 64 hex digits.
    """

    def put(self, data: bytes) -> str: ...

    def get(self, key: str) -> bytes: ...

    def put_aside(self, name: str, data: bytes) -> None: ...

    def get_aside(self, name: str) -> bytes: ...

    def drop_aside(self, name: str) -> None: ...


class FileBlobs:
    """Blobs in a directory: two characters a folder, written aside, synced, then renamed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes) -> str:
        key = hashlib.sha256(data).hexdigest()
        path = self._path(key)
        if path.exists():
            return key
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
        return key

    def get(self, key: str) -> bytes:
        return self._path(key).read_bytes()

    def put_aside(self, name: str, data: bytes) -> None:
        """Keeps `data` under a name that is not its own, until it is dropped."""
        path = self._path(name, _ASIDE)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)

    def get_aside(self, name: str) -> bytes:
        return self._path(name, _ASIDE).read_bytes()

    def drop_aside(self, name: str) -> None:
        """Forgets it; nothing to do when it is not there."""
        self._path(name, _ASIDE).unlink(missing_ok=True)

    def _path(self, key: str, folder: str | None = None) -> Path:
        if not _KEY.fullmatch(key):
            raise FileNotFoundError(key)
        return self._root / (folder or key[:2]) / key

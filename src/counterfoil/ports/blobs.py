"""File contents, as a port: stored under their SHA-256, so the same bytes are kept once and never changed."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Protocol

from counterfoil.ports.durable import write_whole

_KEY = re.compile(r"[0-9a-f]{64}")


class Blobs(Protocol):
    """Keeps bytes. put: returns their SHA-256 in hex, durable on return. get: raises FileNotFoundError."""

    def put(self, data: bytes) -> str: ...

    def get(self, key: str) -> bytes: ...


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

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise FileNotFoundError(key)
        return self._root / key[:2] / key

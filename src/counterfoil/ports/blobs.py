"""File contents, as a port: stored under their SHA-256, so the same bytes are kept once and never changed."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Protocol

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
        handle, aside = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(aside).replace(path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
        _sync_directory(path.parent)
        return key

    def get(self, key: str) -> bytes:
        return self._path(key).read_bytes()

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise FileNotFoundError(key)
        return self._root / key[:2] / key


def _sync_directory(directory: Path) -> None:
    # A rename is only durable once its directory is.
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

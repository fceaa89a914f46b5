"""A folder that is given away: every file in it with its SHA-256, in a list that any system can check."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

MANIFEST: Final = "manifest.json"
SUMS: Final = "manifest.sha256"
_UNFINISHED: Final = ".unfinished"


class ListFile:
    """A file that is written a line at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self.digest.update(data)
        self._file.write(data)


class ExportFolder:
    """Files below `root`, which is new or empty. Use `export_folder`."""

    def __init__(self, root: Path, sums: IO[bytes]) -> None:
        self._root = root
        self._sums = sums
        self.count = 0

    def add(self, name: str, data: bytes) -> str:
        """Writes a file; returns its SHA-256."""
        with self.lines(name) as file:
            file.write(data)
        return file.digest.hexdigest()

    @contextmanager
    def lines(self, name: str) -> Iterator[ListFile]:
        """A file to be written in the block."""
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as opened:
            file = ListFile(opened)
            yield file
        self._sums.write(f"{file.digest.hexdigest()}  {name}\n".encode())
        self.count += 1

    def end(self, said: Mapping[str, Any], sums: Path) -> None:
        """Writes the manifest: what is `said`, and name, size and SHA-256 of each file."""
        self._sums.flush()
        digest = hashlib.sha256()
        with (self._root / MANIFEST).open("xb") as out, sums.open(encoding="utf-8") as listed:

            def write(text: str) -> None:
                out.write(text.encode())
                digest.update(text.encode())

            write(json.dumps(dict(said), ensure_ascii=False, indent=1)[:-2] + ',\n "files": [')
            for number, line in enumerate(listed):
                sha256, name = line.rstrip("\n").split("  ", 1)
                size = (self._root / name).stat().st_size
                entry = json.dumps({"path": name, "size": size, "sha256": sha256}, ensure_ascii=False)
                write(("\n  " if number == 0 else ",\n  ") + entry)
            write("\n ]\n}\n")
        self._sums.write(f"{digest.hexdigest()}  {MANIFEST}\n".encode())


@contextmanager
def export_folder(root: Path) -> Iterator[tuple[ExportFolder, dict[str, Any]]]:
    """A folder to fill, and what its manifest is to say. It has its list of hashes once the block ended well.

    Raises FileExistsError when there is something in it.
    """
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(root.iterdir()):
        raise FileExistsError(f"{root} is not empty; name a new folder")
    unfinished = root / _UNFINISHED
    said: dict[str, Any] = {}
    with unfinished.open("wb") as sums:
        folder = ExportFolder(root, sums)
        yield folder, said
        folder.end(said, unfinished)
    unfinished.rename(root / SUMS)

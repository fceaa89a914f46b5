"""Which jobs a process has at hand, written where it outlives the process: so it is known by what it died.

For SQLite, where jobs are not claimed because one process runs them all. A line costs some microseconds: it is written
to the machine's memory and not to its disk, as a job that makes the power fail need not be found.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ID_CHARS = 36


class AtHand:
    """Ids in the lines of a file. Without a path nothing is written."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._lines: list[str] = []
        self._file: int | None = None

    def left(self) -> list[str]:
        """What the process before had at hand when it died; to be asked before anything is taken up."""
        if self._path is None or not self._path.exists():
            return []
        lines = self._path.read_text(encoding="ascii", errors="replace").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def clear(self) -> None:
        """Nothing is at hand: the process ends well, or what was left is noted elsewhere."""
        with self._guard:
            self._lines.clear()
            if self._file is not None:
                os.close(self._file)
                self._file = None
            if self._path is not None:
                self._path.unlink(missing_ok=True)

    @contextmanager
    def holding(self, job_id: str) -> Iterator[None]:
        """The job is at hand for the block."""
        if self._path is None:
            yield
            return
        with self._guard:
            line = self._lines.index("") if "" in self._lines else len(self._lines)
            self._lines[line : line + 1] = [job_id]
            self._write(self._path, line)
        try:
            yield
        finally:
            with self._guard:
                if line < len(self._lines):
                    self._lines[line] = ""
                    self._write(self._path, line)

    def _write(self, path: Path, line: int) -> None:
        if self._file is None:
            self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600)
        text = f"{self._lines[line][:_ID_CHARS]:<{_ID_CHARS}}\n"
        os.pwrite(self._file, text.encode("ascii", "replace"), line * len(text))

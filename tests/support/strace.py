"""What a process really opens and whom it calls, seen by the kernel: Python's audit hooks see nothing of typst."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# A line begins with the process's id; what it writes may look like a call as well.
_OPENED = re.compile(r'^\d+\s+(?:open|openat|openat2|creat)\((?:[^"]*?)"((?:[^"\\]|\\.)*)"')
_SOCKET = re.compile(r"^\d+\s+(?:socket|socketpair|connect|bind|sendto|sendmsg)\(")
_RESOLVED = re.compile(r"= \d+<([^>]*)>")
_PROCESS = re.compile(r"^/proc/\d+(?=/)")
_FIRST_WRITE = re.compile(r"\bwrite\(1<")


@dataclass(frozen=True)
class Trace:
    """files: every path that was asked for or that an open led to (links followed), in order. sockets: the calls.

    files_after_ready: the same after the process first wrote to its standard output.
    """

    files: tuple[str, ...]
    files_after_ready: tuple[str, ...]
    sockets: tuple[str, ...]

    def outside(self, allowed: Sequence[str]) -> list[str]:
        """The files that do not lie at or under one of the `allowed` paths."""
        roots = tuple(path.rstrip("/") for path in allowed)
        return sorted({
            file for file in self.files if not any(file == root or file.startswith(f"{root}/") for root in roots)
        })  # fmt: skip


def command(strace: str, log: Path) -> list[str]:
    """What to put before a command so that its opens, writes and network calls are logged, children's too."""
    calls = "open,openat,openat2,creat,write,%network"
    return [strace, "-f", "-y", "-s", "4096", "-o", str(log), "-e", f"trace={calls}"]


def read(log: Path) -> Trace:
    """The log of `command`, read; a file that is not there counts as opened: it was looked for."""
    files: list[str] = []
    after: list[str] = []
    sockets: list[str] = []
    is_ready = False
    for line in log.read_text(errors="replace").splitlines():
        is_ready = is_ready or bool(_FIRST_WRITE.search(line))
        if opened := _OPENED.search(line):
            resolved = _RESOLVED.search(line)
            found = [_PROCESS.sub("/proc/self", path) for path in (opened[1], *([resolved[1]] if resolved else []))]
            files += found
            after += found if is_ready else []
        elif _SOCKET.search(line):
            sockets.append(line)
    return Trace(tuple(files), tuple(after), tuple(sockets))

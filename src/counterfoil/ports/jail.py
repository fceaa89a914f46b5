"""What the renderer gives up before it reads the first document: network, files, memory without bound, its parent's
environment. What a platform does not offer is left out quietly; nothing here may stop a document from being made.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys

MEMORY_BYTES = 2 * 1024**3
OPEN_FILES = 32
NICENESS = 10

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


def enter() -> None:
    """Before anything of weight is loaded: limits, no network, no rise of privileges, and death with the parent."""
    os.environ.clear()
    # Without it, libraries look the home directory up in /etc/passwd, or ask a name service for it.
    os.environ["HOME"] = "/nonexistent"
    # Thread pools are sized by this; their stacks would eat the memory limit on a machine of many cores.
    os.environ["RAYON_NUM_THREADS"] = "2"
    # A backlog of PDFs must not keep requests waiting where processors are few.
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _limit(limit, value)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # As root without, else within a user namespace of our own; containers may forbid both.
        if libc.unshare(_CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


class Memory:
    """How much memory this process holds; made before `close_files`, usable after it."""

    def __init__(self) -> None:
        self._statm = -1
        with contextlib.suppress(OSError):
            self._statm = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)

    def held_bytes(self) -> int:
        """The resident set now; where there is no /proc, the largest it has been."""
        if self._statm >= 0:
            return int(os.pread(self._statm, 100, 0).split()[1]) * resource.getpagesize()
        # In bytes on macOS. Not used on Linux, where a new program inherits its parent's largest.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def close_files() -> None:
    """Once all is loaded: no file can be opened any more, for no descriptor is free below the limit."""
    highest = 2
    for descriptor in range(3, OPEN_FILES):
        with contextlib.suppress(OSError):
            os.fstat(descriptor)
            highest = descriptor
    for descriptor in range(3, highest):
        with contextlib.suppress(OSError):
            os.fstat(descriptor)
            continue
        # A gap would be a free descriptor: fill it for good.
        os.dup(0)
    _limit(resource.RLIMIT_NOFILE, highest + 1)


def _limit(limit: int, value: int) -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(limit, (value, value))

"""The tar that backups are: plain ustar with one possible header for each name and size.

Any tar opens what is written here. What is read must be, bit for bit, what would be written: no links, devices,
owners, comments or long names, and not one flipped bit in a header goes unseen.
"""

from __future__ import annotations

import tarfile
from typing import Final

BLOCK: Final = 512
END: Final = bytes(2 * BLOCK)


def header(name: str, size: int) -> bytes:
    """The block before the `size` bytes of the member `name`. Raises ValueError for a name that is too long."""
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    return member.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def read_header(block: bytes) -> tuple[str, int]:
    """(name, size) of the header. Raises ValueError unless it is exactly what `header` writes."""
    name = block[:100].rstrip(b"\0").decode("ascii")
    digits = block[124:135]
    if not digits.isdigit():
        raise ValueError("no size")
    size = int(digits, 8)
    if header(name, size) != block:
        raise ValueError("a header that is not ours")
    return name, size


def padding(size: int) -> int:
    """How many zeros follow a member of `size` bytes."""
    return -size % BLOCK

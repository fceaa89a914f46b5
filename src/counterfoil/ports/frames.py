"""Messages over a pipe: four bytes of length, big-endian, then that many bytes."""

from __future__ import annotations

import struct
from typing import BinaryIO

LENGTH = struct.Struct(">I")
LARGEST = 256 * 1024**2


def packed(message: bytes) -> bytes:
    """`message` with its length before it."""
    return LENGTH.pack(len(message)) + message


def read(stream: BinaryIO) -> bytes | None:
    """The next message of a blocking stream; None when the stream has ended, also within a message."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None

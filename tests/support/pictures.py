"""Small pictures made by hand, whole or broken as a test wants them."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence


def png(width: int, height: int, *, extra: Sequence[tuple[bytes, bytes]] = (), data: bytes | None = None) -> bytes:
    """A PNG of one half-transparent colour; `extra` chunks stand before the pixels, `data` replaces them."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = data if data is not None else zlib.compress((b"\x00" + b"\xc5\x5a\x11\x80" * width) * height)
    chunks = [(b"IHDR", header), *extra, (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def jpeg(*, extra: bytes = b"", components: int = 3) -> bytes:
    """A JPEG of 8 by 8 pixels; `extra` segments follow its start, `components` is what its frame claims."""
    start = _JPEG.index(b"\xff\xc0") + 9
    claimed = _JPEG[:start] + bytes([components]) + _JPEG[start + 1 :]
    return claimed[:2] + extra + claimed[2:]


_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBk"
    "eFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAIAAgD"
    "ASIAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAAAAAAAAAAAAAC/8QAFBEBAAAA"
    "AAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AAGD/2Q=="
)

"""A seller's logo: checked, stripped of all but its picture, and refused rather than ever stopping a document."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

LARGEST_BYTES = 1_000_000
LARGEST_SIDE = 4_000
LARGEST_PIXELS = 6_000_000

_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
_JPEG_MAGIC = b"\xff\xd8\xff"
# Without colour profiles and texts: a broken profile would cost the PDF/A, and photographs tell where they were taken.
_PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_JPEG_FRAMES = {0xC0, 0xC1, 0xC2}
_JPEG_SCAN = 0xDA
_JPEG_JFIF, _JPEG_ADOBE = 0xE0, 0xEE


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that can be printed: only its pixels. width and height in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int

    def svg(self) -> str:
        """The picture wrapped in an SVG: typst decodes base64 there, and takes no bytes from outside otherwise."""
        encoded = base64.b64encode(self.content).decode()
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}">'
            f'<image width="{self.width}" height="{self.height}" '
            f'xlink:href="data:{self.content_type};base64,{encoded}"/></svg>'
        )


def read(content: bytes) -> Logo:
    """The logo in a PNG or JPEG file. Raises ValueError, with what to do, on anything that we would not print."""
    if len(content) > LARGEST_BYTES:
        raise ValueError("a logo may have at most 1 MB; make the picture smaller")
    try:
        if content.startswith(_PNG_MAGIC):
            return _png(content)
        if content.startswith(_JPEG_MAGIC):
            return _jpeg(content)
    except (struct.error, zlib.error, IndexError) as error:
        raise ValueError("the picture is damaged; export it again") from error
    raise ValueError("a logo is a PNG or a JPEG picture")


def _png(content: bytes) -> Logo:
    kept, data, header = [_PNG_MAGIC], [], b""
    for kind, body in _png_chunks(content):
        header = body if kind == b"IHDR" else header
        if kind == b"IDAT":
            data.append(body)
        if kind in _PNG_KEPT:
            kept.append(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))
    width, height, depth, color, _, _, interlace = struct.unpack(">IIBBBBB", header)
    _check_size(width, height)
    channels = _PNG_CHANNELS.get(color)
    if channels is None or depth not in (1, 2, 4, 8, 16):
        raise ValueError("the picture is damaged; export it again")
    expected = height * (1 + (width * channels * depth + 7) // 8)
    inflated = zlib.decompressobj().decompress(b"".join(data), 2 * expected + 4096)
    # Interlaced rows have other lengths; too little data is damage all the same.
    if len(inflated) != expected and not (interlace and len(inflated) >= width * height * channels * depth // 8):
        raise ValueError("the picture is damaged; export it again")
    return Logo(b"".join(kept), "image/png", width, height)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Chunk types and bodies up to IEND, each checked against its CRC."""
    position = len(_PNG_MAGIC)
    kind = b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", content, position)
        body = content[position + 8 : position + 8 + length]
        (crc,) = struct.unpack_from(">I", content, position + 8 + length)
        if crc != zlib.crc32(kind + body):
            raise ValueError("the picture is damaged; export it again")
        yield kind, body
        position += 12 + length


def _jpeg(content: bytes) -> Logo:
    kept, position, size = [content[:2]], 2, (0, 0)
    while content[position + 1] != _JPEG_SCAN:
        if content[position] != 0xFF:
            raise ValueError("the picture is damaged; export it again")
        marker = content[position + 1]
        (length,) = struct.unpack_from(">H", content, position + 2)
        segment = content[position : position + 2 + length]
        if marker in _JPEG_FRAMES:
            _, height, width, components = struct.unpack_from(">BHHB", segment, 4)
            size = (width, height)
            if components not in (1, 3):
                raise ValueError("the picture is in CMYK colours; export it as RGB")
        # Application segments carry profiles, thumbnails and places; comments are no picture either.
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE) or marker in (_JPEG_JFIF, _JPEG_ADOBE):
            kept.append(segment)
        position += 2 + length
    _check_size(*size)
    if b"\xff\xd9" not in content[position:]:
        raise ValueError("the picture is damaged; export it again")
    return Logo(b"".join(kept) + content[position:], "image/jpeg", *size)


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE) or width * height > LARGEST_PIXELS:
        raise ValueError(f"a logo may have at most {LARGEST_PIXELS // 10**6} million pixels, {LARGEST_SIDE} a side")

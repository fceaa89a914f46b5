from __future__ import annotations

import struct
import zlib

import pytest

from counterfoil.formats import logo
from tests.support.pictures import jpeg, png


def test_a_png_is_kept_with_its_transparency_and_without_its_texts_and_profiles() -> None:
    content = png(40, 10, extra=[(b"tEXt", b"Author\x00Somebody"), (b"iCCP", b"x\x00\x00broken")])

    read = logo.read(content)

    assert (read.width, read.height, read.content_type) == (40, 10, "image/png")
    assert b"Somebody" not in read.content
    assert b"iCCP" not in read.content
    assert read.content == png(40, 10)


def test_a_jpeg_is_kept_without_where_it_was_taken() -> None:
    read = logo.read(jpeg(extra=b"\xff\xe1" + struct.pack(">H", 18) + b"Exif\x00\x00GPSplace12"))

    assert (read.width, read.height, read.content_type) == (8, 8, "image/jpeg")
    assert b"GPS" not in read.content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "PNG or a JPEG"),
        (b"GIF89a", "PNG or a JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG or a JPEG"),
        (png(40, 10)[:60], "damaged"),
        (png(40, 10).replace(b"IDAT", b"IDAX"), "damaged"),
        (png(40, 10, data=zlib.compress(b"too little")), "damaged"),
        (png(40, 10, data=b"no zlib at all"), "damaged"),
        (png(5000, 1), "million pixels"),
        (png(0, 10), "million pixels"),
        (png(3000, 3000, data=zlib.compress(bytes(10))), "million pixels"),
        (png(40, 10) + bytes(1_000_000), "1 MB"),
        (jpeg()[:40], "damaged"),
        (jpeg(components=4), "CMYK"),
    ],
)
def test_what_cannot_be_printed_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        logo.read(content)


def test_a_picture_that_unpacks_without_end_is_not_unpacked() -> None:
    with pytest.raises(ValueError, match="damaged"):
        logo.read(png(40, 10, data=zlib.compress(bytes(50_000_000), 9)))

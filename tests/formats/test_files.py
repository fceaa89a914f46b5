"""A file is one thing, told from its bytes, and opens to a bounded size."""

from __future__ import annotations

import contextlib
import io
import time
import zlib

import pytest

from counterfoil.errors import Invalid
from counterfoil.formats import files
from tests.support import hostile_files as made

XML_TOO = (*files.PICTURES, files.PDF, files.XML)


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (made.PLAIN_PDF, files.PDF),
        (b"%PDF-1.4", files.PDF),
        (made.png(), files.PNG),
        (made.png(12_000, 9_000), files.PNG),
        (made.jpeg(), files.JPEG),
        (b"\xff\xd8\xff", files.JPEG),
        (made.PLAIN_UBL, files.XML),
        (b"\xef\xbb\xbf\n" + made.PLAIN_UBL[21:], files.XML),
        (made.pdf_with_stream(zlib.compress(b"BT (<html> is printed) Tj ET" * 1000)), files.PDF),
        (made.pdf_with_stream(b" " * 1024 + b"BT (<html> is printed) Tj ET", b"/None"), files.PDF),
        (made.pdf_with_stream(b"damaged"), files.PDF),
        (made.pdf_with_stream(made.deflated(30 * 1024 * 1024)), files.PDF),
        (made.PLAIN_PDF + b"\x00\r\n\x00", files.PDF),
        (made.PLAIN_PDF + b"PK\x05\x06 is no archive", files.PDF),
    ],
)
def test_the_bytes_say_what_a_file_is(data: bytes, content_type: str) -> None:
    assert files.file_type(data, allowed=XML_TOO).content_type == content_type


@pytest.mark.parametrize("name", list(made.hostile()))
def test_a_hostile_file_is_refused_with_a_reason(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        files.file_type(made.hostile()[name], allowed=XML_TOO)
    (fault,) = refused.value.faults
    assert (fault.code, fault.field) == ("invalid_file", "file")
    assert fault.fix


@pytest.mark.parametrize("name", list(made.hostile_xml()))
def test_hostile_xml_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        files.file_type(made.hostile_xml()[name], allowed=XML_TOO)


def test_xml_is_taken_only_where_it_is_allowed() -> None:
    with pytest.raises(Invalid, match="not a PDF, PNG or JPEG"):
        files.file_type(made.PLAIN_UBL)


def test_a_real_pdf_of_a_library_passes() -> None:
    # Given one with compressed object streams, pictures and text.
    pypdf, pillow = (pytest.importorskip(name, reason=f"needs {name}") for name in ("pypdf", "PIL.Image"))
    picture = io.BytesIO()
    pillow.effect_noise((800, 800), 80).convert("RGB").save(picture, "PDF", resolution=150)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(picture.getvalue()))
    writer.add_attachment("note.html", b"<html>attached</html>")
    compressed = io.BytesIO()
    writer.write(compressed)
    # Then it is a PDF.
    assert files.file_type(compressed.getvalue()).content_type == files.PDF


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4\n" + b"stream\n" * 1_400_000,
        b"%PDF-1.4\n" + b"stream\nendstream" * 600_000,
        b"%PDF-1.4\n" + b"/FlateDecode>>stream\n\nendstream" * 300_000,
        b"%PDF-1.4\n" + b"<html" * 2_000_000,
        b"%PDF-1.4\n" + b"PK\x05\x06" * 2_500_000,
        b"\xff\xd8" + b"\xff" * 10_000_000,
        made.PLAIN_UBL[:-2] + b">" + b"<a/>" * 2_500_000 + b"</Invoice>",
        made.PLAIN_UBL[:-2] + b" a='" + b"&lt;" * 2_500_000 + b"'/>",
    ],
    ids=["starts", "streams", "deflated", "pages", "archives", "filling", "elements", "attribute"],
)
def test_no_file_of_ten_megabytes_takes_long_to_look_at(data: bytes) -> None:
    began = time.process_time()
    with contextlib.suppress(Invalid):
        files.file_type(data, allowed=XML_TOO)
    assert time.process_time() - began < 5

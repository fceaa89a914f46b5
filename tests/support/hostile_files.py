"""Files that no upload may keep, each with what it is; and plain ones that every upload takes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cache

PLAIN_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
PLAIN_UBL = b'<?xml version="1.0"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def pdf(mark: str) -> bytes:
    """A plain PDF of its own: `mark` makes its bytes differ from every other's."""
    return PLAIN_PDF + f"% {mark}\n".encode()


def png(width: int = 2, height: int = 2) -> bytes:
    """A PNG whose header claims this size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    pixels = zlib.compress(b"\x00" * (1 + 3 * 2) * 2)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg(width: int = 2, height: int = 2) -> bytes:
    """The head of a JPEG whose frame claims this size."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x04JF\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xd9"


def archive() -> bytes:
    """A ZIP of one file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        opened.writestr("invoice.js", "alert(1)")
    return made.getvalue()


def pdf_with_stream(packed: bytes, filters: bytes = b"/FlateDecode") -> bytes:
    """A PDF whose one stream is `packed`."""
    head = b"4 0 obj<</Length %d/Filter %s>>stream\n" % (len(packed), filters)
    return PLAIN_PDF.replace(b"trailer", head + packed + b"\nendstream endobj\ntrailer")


def deflated(size: int) -> bytes:
    """`size` zeros, deflated."""
    packer = zlib.compressobj(1)
    piece = b"\x00" * 1024 * 1024
    return b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()


@cache
def hostile() -> dict[str, bytes]:
    """By what each is."""
    return {
        "empty": b"",
        "a text": b"hello",
        "a web page": HTML,
        "a program": b"MZ\x90\x00" + b"\x00" * 200,
        "an archive": archive(),
        "a picture with code": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "a PDF that begins late": b"\x00" + PLAIN_PDF,
        "PDF and page": b"%PDF-1.4\n" + HTML + PLAIN_PDF[9:],
        "PDF and page behind it": PLAIN_PDF + HTML,
        "PDF and page in an open stream": b"%PDF-1.4\n1 0 obj<<>>stream\n" + b" " * 2000 + HTML,
        "PDF and archive": PLAIN_PDF + archive(),
        "PNG and page": png() + HTML,
        "PNG and archive": png() + archive(),
        "JPEG and script": jpeg() + b"<?php system($_GET[0]); ?>",
        "JPEG and PDF": b"\xff\xd8\xff\xfe\x00\x40" + PLAIN_PDF,
        "PDF bomb": pdf_with_stream(deflated(64 * 1024 * 1024)),
        "PDF bomb in two layers": pdf_with_stream(
            zlib.compress(deflated(128 * 1024 * 1024), 9), b"[/FlateDecode /FlateDecode]"
        ),
        "PDF of many bombs": PLAIN_PDF + pdf_with_stream(deflated(30 * 1024 * 1024))[9:] * 10,
        "vast PNG": png(60_000, 60_000),
        "vast JPEG": jpeg(65_000, 65_000),
    }  # fmt: skip


def hostile_xml() -> dict[str, bytes]:
    """For uploads that take e-invoices in XML."""
    laughs = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]>'
    root = b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">'
    return {
        "entities": b'<?xml version="1.0"?>' + laughs + root + b"&c;</Invoice>",
        "outer entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + root + b"&x;</Invoice>",
        "not an invoice": b"<html><body/></html>",
        "damaged": root,
        "deep": root + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</Invoice>",
    }

"""What a file that somebody sends really is, told from its bytes alone; and what it must not be.

A name and a declared type prove nothing: programs send pictures as application/pdf. What is kept is later shown to
people and handed to their programs, so a file may be one thing only, and must not grow without bound when it is opened.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from xml.parsers import expat

from counterfoil import errors
from counterfoil.formats import read_p7m, read_xml

UNPACKED_BYTES = 256 * 1024 * 1024  # of all streams of a PDF: a hundred scanned pages are far below
SUSPECT_BYTES = 32 * 1024 * 1024
SUSPECT_RATIO = 200  # of one stream that is larger than SUSPECT_BYTES; deflate ends at 1,032
PICTURE_PIXELS = 200_000_000  # the largest telephone cameras
_XML_DEPTH = 200

PDF, PNG, JPEG, XML = "application/pdf", "image/png", "image/jpeg", "application/xml"
P7M = "application/pkcs7-mime"
PICTURES = (PNG, JPEG)
_ENDINGS = {PDF: "pdf", PNG: "png", JPEG: "jpg", XML: "xml", P7M: "p7m"}
_MAGIC = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
_WORDS = {PDF: "PDF", PNG: "PNG", JPEG: "JPEG", XML: "e-invoice in XML", P7M: "signed e-invoice"}

# A browser that guesses would run these; inside a PDF's streams they are only text that is printed.
_ACTIVE = re.compile(rb"(?i)<(?:html|script|iframe|!doctype\s+html)[\s>/]|<\?php\s")
_FLATE = re.compile(rb"/(?:FlateDecode|Fl)\b")
_STREAM_HEAD = 2048  # a stream's dictionary stands right before it
_STREAMS_MAX = 50_000
_LAYERS_MAX = 4
_PIECE_BYTES, _MADE_BYTES = 64 * 1024, 1024 * 1024
_HEADER_BYTES = 1024  # readers look so far for the start of a PDF, browsers for that of a page
_ZIP_END, _ZIP_ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_ZIP_END_BYTES = 22 + 65_535
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset({0x01, 0xFF, *range(0xD0, 0xD8)})
_JPEG_MARKERS_MAX = 10_000
_INVOICE_ROOTS = frozenset(
    {
        "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2 Invoice",
        "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2 CreditNote",
        "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100 CrossIndustryInvoice",
        "urn:ferd:CrossIndustryDocument:invoice:1p0 CrossIndustryDocument",  # ZUGFeRD 1.0: kept, and not read
    }
)
# FatturaPA changes its namespace with its versions.
_ITALIAN_ROOT = re.compile(r"\S*(?:fatture|fatturapa|sdi)\S* FatturaElettronica(?:Semplificata)?")


@dataclass(frozen=True, slots=True)
class FileType:
    """A content type, and the file ending that goes with it."""

    content_type: str
    ending: str


def file_type(data: bytes, *, allowed: tuple[str, ...] = (PDF, PNG, JPEG), field: str = "file") -> FileType:
    """What `data` is. allowed: content types. Raises Invalid on anything else, on two things at once and on bombs."""
    if not data:
        raise _refused(field, "The file is empty.", allowed)
    found = next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)
    if found is None and XML in allowed and read_xml.is_xml(data):
        found = XML
    if found is None and P7M in allowed and read_p7m.is_p7m(data):
        found = P7M
    if found is None or found not in allowed:
        raise _refused(field, f"The file is not a {_named(allowed)}.", allowed)
    fault = _fault(data, found)
    if fault:
        raise _refused(field, fault, allowed)
    return FileType(found, _ENDINGS[found])


def _refused(field: str, problem: str, allowed: tuple[str, ...]) -> errors.Invalid:
    return errors.Invalid("invalid_file", problem, field=field, fix=f"Send one plain {_named(allowed)}.")


def _named(allowed: tuple[str, ...]) -> str:
    *others, last = [_WORDS[kind] for kind in allowed]
    return f"{', '.join(others)} or {last}" if others else last


def _fault(data: bytes, kind: str) -> str | None:
    if kind in (XML, P7M):
        return _xml_fault(data) if kind == XML else _signed_fault(data)
    if _is_zip_too(data):
        return f"The {_WORDS[kind]} is a ZIP archive at the same time."
    if kind == PDF:
        return _pdf_fault(data)
    if _ACTIVE.search(data):
        return f"The {_WORDS[kind]} carries a web page or a script."
    if b"%PDF-" in data[:_HEADER_BYTES]:
        return f"The {_WORDS[kind]} is a PDF at the same time."
    width, height = _png_size(data) if kind == PNG else _jpeg_size(data)
    if width * height > PICTURE_PIXELS:
        return f"The picture of {width} by {height} pixels is larger than {PICTURE_PIXELS} pixels."
    return None


def _is_zip_too(data: bytes) -> bool:
    """Whether an archive's directory stands at the end, where programs look for it."""
    start = max(0, len(data) - _ZIP_END_BYTES)
    end = data.rfind(_ZIP_END, start)
    while end >= 0:
        if len(data) >= end + 22:
            (size,) = struct.unpack_from("<I", data, end + 12)
            if 0 < size <= end and data.startswith(_ZIP_ENTRY, end - size):
                return True
        end = data.rfind(_ZIP_END, start, end)
    return False


@dataclass(frozen=True, slots=True)
class _Stream:
    """A stream of a PDF, as offsets. head: where its dictionary begins at the earliest."""

    head: int
    start: int
    end: int


def _pdf_fault(data: bytes) -> str | None:
    streams = list(islice(_streams(data), _STREAMS_MAX + 1))
    if len(streams) > _STREAMS_MAX:
        return f"The PDF has more than {_STREAMS_MAX} parts."
    if _ACTIVE.search(data[:_HEADER_BYTES]) or any(_ACTIVE.search(between) for between in _beside(data, streams)):
        return "The PDF carries a web page or a script beside its pages."
    left = UNPACKED_BYTES
    for stream in streams:
        size = _unpacked_size(data, stream, left)
        if size > SUSPECT_BYTES and size > SUSPECT_RATIO * (stream.end - stream.start):
            return "A part of the PDF unpacks to far more than it should: it would exhaust whoever opens it."
        left -= size
        if left <= 0:
            return f"The PDF unpacks to more than {UNPACKED_BYTES // 1024 // 1024} MB."
    return None


def _streams(data: bytes) -> Iterator[_Stream]:
    """The streams one after the other. By find() alone: an expression would run to the end from each start anew."""
    at = 0
    while (found := data.find(b"stream", at)) >= 0:
        start = found + 6
        is_start = data.startswith((b"\n", b"\r\n"), start)
        end = data.find(b"endstream", start) if is_start else start
        if end < 0:
            return
        if is_start:
            yield _Stream(max(at, found - _STREAM_HEAD), start + data[start : start + 2].find(b"\n") + 1, end)
        at = end + 9 if is_start else start


def _beside(data: bytes, streams: list[_Stream]) -> Iterator[bytes]:
    """What stands between the streams."""
    at = 0
    for stream in streams:
        yield data[at : stream.start]
        at = stream.end
    yield data[at:]


def _unpacked_size(data: bytes, stream: _Stream, limit: int) -> int:
    """How many bytes its layers make, counted no further than a little over `limit`. Damage ends the counting."""
    dictionary = data[stream.head : stream.start]
    layers = len(_FLATE.findall(dictionary, max(0, dictionary.rfind(b"obj"))))
    unpackers = [zlib.decompressobj() for _ in range(min(layers, _LAYERS_MAX))]
    packed = stream.end - stream.start
    total = 0
    try:
        for start in range(stream.start, stream.end if layers else stream.start, _PIECE_BYTES):
            for size in _pour(data[start : min(start + _PIECE_BYTES, stream.end)], unpackers):
                total += size
                if total > limit or (total > SUSPECT_BYTES and total > SUSPECT_RATIO * packed):
                    return total
    except zlib.error:
        pass
    return total


def _pour(piece: bytes, unpackers: list[zlib._Decompress]) -> Iterator[int]:
    """Sends `piece` through the layers, a megabyte at a time, and tells what comes out of each."""
    first, *others = unpackers
    while piece and not first.eof:  # what follows the end is left over for ever
        made = first.decompress(piece, _MADE_BYTES)
        yield len(made)
        if others and made:
            yield from _pour(made, others)
        piece = first.unconsumed_tail


def _png_size(data: bytes) -> tuple[int, int]:
    if data[12:16] != b"IHDR" or len(data) < 24:
        return 0, 0
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """The largest frame's size; (0, 0) when there is none before the picture itself."""
    at, largest = 2, (0, 0)
    for _ in range(_JPEG_MARKERS_MAX):
        if at + 9 > len(data) or data[at] != 0xFF or data[at + 1] in (0xDA, 0xD9):
            break
        marker = data[at + 1]
        if marker in _JPEG_BARE:
            at += 1 if marker == 0xFF else 2
            continue
        length, _precision, height, width = struct.unpack_from(">HBHH", data, at + 2)
        if marker in _JPEG_FRAMES:
            largest = max(largest, (width, height), key=lambda size: size[0] * size[1])
        at += 2 + max(length, 2)
    return largest


class _Unfit(Exception):
    """Ends the reading of an XML file."""


def _xml_fault(data: bytes) -> str | None:
    """Reads the file to its end without building it; a document type is refused, for entities come with it."""
    try:
        text = read_xml.decoded(data)
    except errors.Invalid as error:
        return str(error)
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    roots: list[str] = []
    depth = 0

    def begin(name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if not roots:
            roots.append(name)
        if depth > _XML_DEPTH:
            raise _Unfit("The XML is nested too deeply.")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_details: object) -> None:
        raise _Unfit("The XML has a document type declaration, which no e-invoice has.")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text.encode(), True)
    except _Unfit as unfit:
        return str(unfit)
    except (expat.ExpatError, ValueError, LookupError):
        return "The XML is damaged."
    if not roots or not (roots[0] in _INVOICE_ROOTS or _ITALIAN_ROOT.fullmatch(roots[0])):
        return "The XML is no invoice: neither UBL 2.1, nor Cross Industry Invoice, nor FatturaPA."
    return None


def _signed_fault(data: bytes) -> str | None:
    try:
        content = read_p7m.signed_content(data)
    except errors.Invalid as error:
        return str(error)
    return _xml_fault(content) if read_xml.is_xml(content) else "What was signed is no e-invoice in XML."

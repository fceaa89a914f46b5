"""The XML that a hybrid invoice carries (Factur-X, ZUGFeRD, XRechnung in a PDF), found without opening anything else.

qpdf reads objects only when they are asked for: here the catalogue, the tree of embedded files, and one stream, which
is unpacked by us and no further than an invoice is large. What qpdf unpacks itself is limited for the whole process;
what it builds of ten megabytes may still be several hundred, so PDFs of strangers are opened by ports/pdf_opener.py.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from pikepdf import settings

from counterfoil.domain.received_einvoice import NoEInvoice, Unreadable

# In the order in which they are believed, as the standards name them; then any other XML.
_NAMES: Final = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml", "cii.xml", "ubl.xml")
_XML_BYTES_MAX: Final = 20 * 1024 * 1024
_PACKED_BYTES_MAX: Final = 20 * 1024 * 1024
_NODES_MAX: Final = 1_000  # of the tree of embedded files
_DEPTH_MAX: Final = 20
_UNPACKED_BYTES_MAX: Final = 64 * 1024 * 1024  # of one stream that qpdf needs for itself

# Of the whole process, so whoever serves others imports this in a child (ports/pdf_child.py).
settings.set_qpdf_limits(
    parser_max_container_size=200_000, max_stream_filters=4, doc_max_warnings=100,
    flate_max_memory=_UNPACKED_BYTES_MAX, png_max_memory=_UNPACKED_BYTES_MAX, tiff_max_memory=_UNPACKED_BYTES_MAX,
    run_length_max_memory=_UNPACKED_BYTES_MAX,
)  # fmt: skip


def embedded_xml(content: bytes) -> bytes:
    """The invoice's XML. Raises NoEInvoice when there is none, Unreadable when the PDF cannot be looked into."""
    try:
        with pikepdf.open(io.BytesIO(content), inherit_page_attributes=False) as pdf:
            return _chosen(pdf)
    except Unreadable:
        raise
    except pikepdf.PasswordError:
        raise Unreadable(
            "pdf_encrypted", "The PDF is locked with a password: what is in it cannot be read.",
            fix="Ask the supplier for one without a password.",
        ) from None  # fmt: skip
    except Exception as error:  # whatever a library says of bytes that are not what they should be
        raise Unreadable(
            "pdf_damaged", f"The PDF cannot be opened ({type(error).__name__}).",
            fix="Ask the supplier to send it again.",
        ) from None  # fmt: skip


def _chosen(pdf: pikepdf.Pdf) -> bytes:
    best: tuple[int, Any] | None = None
    for names, stream in _files(pdf):
        rank = _rank(names)
        if rank is not None and (best is None or rank < best[0]):
            best = rank, stream
    if best is None:
        raise NoEInvoice(
            "no_einvoice", "The PDF carries no e-invoice.", fix="Write down what it says, or ask for an e-invoice."
        )
    return _unpacked(best[1])


def _rank(names: tuple[str, ...]) -> int | None:
    """The lower the better; None for a file that is no XML."""
    for rank, known in enumerate(_NAMES):
        if known in names:
            return rank
    return len(_NAMES) if any(name.endswith(".xml") for name in names) else None


def _files(pdf: pikepdf.Pdf) -> Iterator[tuple[tuple[str, ...], Any]]:
    """(names in lower case, stream) of every embedded file: those of the name tree, then the associated ones."""
    root = pdf.Root
    listed = root.get("/Names")
    tree = listed.get("/EmbeddedFiles") if isinstance(listed, pikepdf.Dictionary) else None
    specifications = list(_specifications(tree))
    associated = root.get("/AF")
    if isinstance(associated, pikepdf.Array):
        specifications += list(associated)[:_NODES_MAX]
    for each in specifications:
        if not isinstance(each, pikepdf.Dictionary) or not isinstance(each.get("/EF"), pikepdf.Dictionary):
            continue
        names = tuple(str(each[key]).lower() for key in ("/UF", "/F") if isinstance(each.get(key), pikepdf.String))
        stream = each.EF.get("/F", each.EF.get("/UF"))
        if isinstance(stream, pikepdf.Stream):
            yield names, stream


def _specifications(node: Any) -> Iterator[Any]:
    """What the tree's leaves hold. It may lead back to itself: steps and depth are counted."""
    waiting, steps = [(node, 0)], 0
    while waiting and steps < _NODES_MAX:
        node, depth = waiting.pop(0)
        steps += 1
        if not isinstance(node, pikepdf.Dictionary) or depth > _DEPTH_MAX:
            continue
        leaves, branches = node.get("/Names"), node.get("/Kids")
        if isinstance(leaves, pikepdf.Array):
            for at in range(1, min(len(leaves), _NODES_MAX), 2):
                yield leaves[at]
        if isinstance(branches, pikepdf.Array):
            waiting += [(branches[at], depth + 1) for at in range(min(len(branches), _NODES_MAX))]


def _unpacked(stream: Any) -> bytes:
    """The stream's content. Attachments are plain or deflated; nothing else is unpacked."""
    filters = stream.get("/Filter", [])
    listed = (
        [str(each) for each in filters] if isinstance(filters, pikepdf.Array) else [str(filters)] if filters else []
    )
    packed = stream.read_raw_bytes()
    if len(packed) > _PACKED_BYTES_MAX:
        raise _too_large()
    if not listed:
        return bytes(packed)
    if listed != ["/FlateDecode"]:
        raise Unreadable(
            "pdf_damaged", "The XML in the PDF is packed in a way that no e-invoice is.",
            fix="Ask the supplier to send it again.",
        )  # fmt: skip
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(packed, _XML_BYTES_MAX)
    if unpacker.unconsumed_tail:
        raise _too_large()
    return unpacked


def _too_large() -> Unreadable:
    return Unreadable(
        "xml_too_large", f"The XML in the PDF is larger than {_XML_BYTES_MAX // 1024 // 1024} MB.",
        fix="Ask the supplier for an invoice with fewer lines.",
    )  # fmt: skip

"""The text of a PDF as a reader's search would find it."""

from __future__ import annotations

import pypdfium2


def pages(pdf: bytes) -> list[str]:
    """The text of each page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def packed(text: str) -> str:
    """`text` without any space, line break or zero-width break, for comparing what wrapped or was grouped."""
    return "".join(text.split()).replace("\u200b", "").replace("\ufffe", "").replace("\xad", "")


def packed_text(pdf: bytes) -> str:
    """All of a PDF's text, packed."""
    return packed("".join(pages(pdf)))
